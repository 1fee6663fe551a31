/* mutant_list_connection.h - the mutants that take a clock, several connections, or a server that is set up for it: see mutant_list.h */
/* clang-format off */
/* several at once */
MUTANT(SMTP_FOUR_AT_ONCE, "smtp.connection.four", SMTP_5321_4_5_4_2_01, "four clients are served at once, the next one waits until one of them has gone")
MUTANT(SMTP_CROWD, "smtp.connection.crowd", SMTP_SEC_limits_11, "behind twenty connections the next one waits until one of them has gone")
MUTANT(SMTP_HANDSHAKE_STALLS, "smtp.tls.handshake-stalls", SMTP_5321_4_5_4_2_01, "a handshake that comes in pieces stalls the server")
MUTANT(SMTP_TLS_NAME, "smtp.tls.name", SMTP_3207_4_03, "a handshake that names the server is answered in clear")

/* what is accepted comes once */
MUTANT(SMTP_COPIES, "smtp.message.copies", SMTP_5321_4_2_5_01, "a message with one line of text is delivered twice")

/* the end of the service, and a host that has none */
MUTANT(SMTP_DOWN_SILENT, "smtp.down.silent", SMTP_5321_3_8_04, "a server that goes down closes without 421")
MUTANT(SMTP_DOWN_STAYS, "smtp.down.stays", SMTP_5321_4_2_2_01, "the connection stays open behind 421")
MUTANT(SMTP_REFUSED_CLOSES, "smtp.refused.closes", SMTP_5321_3_1_02, "the connection ends behind a greeting of 554")
MUTANT(SMTP_REFUSED_OPENS, "smtp.refused.opens", SMTP_5321_3_1_02, "behind a greeting of 554 all commands are served")
MUTANT(SMTP_REFUSED_CODE, "smtp.refused.code", SMTP_5321_3_1_03, "behind a greeting of 554 commands get 550")
MUTANT(SMTP_REFUSED_MUTE, "smtp.refused.mute", SMTP_5321_3_1_04, "a greeting of 554 has no text")

/* TLS is demanded */
MUTANT(SMTP_DEMAND_CODE, "smtp.demand.code", SMTP_3207_4_05, "where TLS is demanded, MAIL in clear gets 554")
MUTANT(SMTP_DEMAND_STATUS, "smtp.demand.status", SMTP_3207_4_07, "where TLS is demanded, 530 has the status code 5.5.1")
MUTANT(SMTP_DEMAND_NOOP, "smtp.demand.noop", SMTP_3207_4_06, "where TLS is demanded, NOOP in clear gets 530")

/* who submits mail */
MUTANT(SUBMISSION_OPEN, "submission.open", SMTP_6409_4_3_01, "mail is taken without a login")

/* silence */
MUTANT(SMTP_IDLE_SHORT, "smtp.idle.short", SMTP_5321_4_5_3_2_08, "who says nothing is sent away after a sixth of the time")
MUTANT(SMTP_IDLE_DATA, "smtp.idle.data", SMTP_5321_4_5_3_2_09, "who says nothing in the mail data is sent away after a sixth of the time")
MUTANT(SMTP_IDLE_ENDLESS, "smtp.idle.endless", SMTP_SEC_limits_10, "mail data that never end are waited for without end")
MUTANT(POP3_IDLE_SHORT, "pop3.idle.short", POP3_1939_3_29, "who is logged in and says nothing is logged out after a sixth of the time")
MUTANT(POP3_IDLE_LOGIN, "pop3.idle.login", POP3_1939_3_30, "who says nothing before the login is sent away after a sixth of the time")
MUTANT(POP3_IDLE_FIXED, "pop3.idle.fixed", POP3_1939_3_31, "a session ends when its time is over, whatever it says")
MUTANT(POP3_IDLE_UPDATES, "pop3.idle.updates", POP3_1939_3_32, "the end of the time removes what was marked")
MUTANT(POP3_IDLE_TELLS, "pop3.idle.tells", POP3_1939_3_33, "the end of the time is told by a response")

/* logins */
MUTANT(POP3_DELAY_AGAIN, "pop3.delay.again", POP3_2449_6_5_07, "who asked for the capabilities behind the login is refused once for LOGIN-DELAY, however late")
MUTANT(POP3_GUESSES, "pop3.login.guesses", POP3_SEC_brute_01, "passwords may be guessed without end")
MUTANT(POP3_BOTH, "pop3.apop.both", POP3_1939_13_01, "a server that would not let a user in by both lets him")

/* where the octets are cut, and what comes before */
MUTANT(SMTP_END_CUT, "smtp.smuggling.cut", SMTP_SEC_smuggling_25, "LF.CRLF, CRLF.LF or CR.CRLF ends the data if its last octet begins a segment")
MUTANT(SMTP_END_FIRST_MISSED, "smtp.content.empty-missed", SMTP_5321_4_1_1_4_10, "a dot right behind DATA does not end the data")
MUTANT(SMTP_DOT_AT_SEGMENT, "smtp.content.dot-at-segment", SMTP_5321_4_5_2_08, "a stuffed dot that begins a segment is kept")
MUTANT(SMTP_DOT_AT_BUFFER, "smtp.content.dot-at-buffer", SMTP_5321_4_5_2_08, "a stuffed dot that begins a buffer of 128 octets is kept")
MUTANT(SMTP_BDAT_LF_DOT, "smtp.bdat.lf-dot", SMTP_SEC_bdat_01, "a lone dot between LFs ends a chunk, and the rest of it is run")
MUTANT(SMTP_REFUSED_DATA_READS, "smtp.order.data-reads", SMTP_5321_4_1_4_16, "behind the refusal of DATA a message is read")
MUTANT(SMTP_TLS_GROUP, "smtp.tls.group", SMTP_SEC_starttls_05, "what stands behind a STARTTLS that is not the first of its group is run inside TLS")
MUTANT(SMTP_RELAY_BEFORE_AUTH, "smtp.relay.before-auth", SMTP_SEC_authdown_11, "an AUTH further on in the group lets RCPT relay")
MUTANT(POP3_QUIT_STRANGER, "pop3.quit.stranger", POP3_1939_4_15, "QUIT before the login removes what others have left marked")
MUTANT(POP3_FIN_QUITS, "pop3.quit.fin", POP3_1939_6_06, "the end of the client's half of the connection is taken for QUIT")
MUTANT(POP3_LOCK_LOSES, "pop3.lock.loses", POP3_SEC_lock_05, "mail that comes while the maildrop is open is lost")

/* a chunk that holds lines without CR */
MUTANT(POP3_LF_CHUNK, "pop3.multi-line.lf-chunk", POP3_SEC_raw_09, "an LF that came in a chunk becomes CRLF, and a dot behind it is not stuffed")
/* clang-format on */
