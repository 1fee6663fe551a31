/*
 * mutant_list.h - every mutant: MUTANT(name, id, requirement, title)
 *
 * One rule each, broken at the one place where mutant_is asks for it.  No include guard: it is read
 * once for the enum and once for the table.
 */
MUTANT(SMTP_BLAND, "smtp.placeholder", SMTP_5321_3_3_09, "placeholder")
