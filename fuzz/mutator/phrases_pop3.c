/*
 * phrases_pop3.c - what POP3 clients and servers say: each command with its arguments, and the responses, fitting ones mostly
 * (RFC 1939, 2449, 2595, 5034, 6856)
 */
#include "fuzz/mutator/phrase.h"

/* clang-format off */
static const phrase_rule rules[] = {
    PHRASE_WORDS("pop3-verb", WORDS_POP3_VERB),
    PHRASE_WORDS("capability-tag", WORDS_POP3_CAPABILITY),
    PHRASE_WORDS("response-code", WORDS_POP3_CODE),

    /* --- commands, a line each */
    PHRASE_ANY("message-command", "LIST", "LIST {small}", "UIDL", "UIDL {small}", "RETR {small}", "DELE {small}", "TOP {small} {lines}", "RETR {number}", "DELE {number}", "LIST {number}", "UIDL {number}", "TOP {number} {number}",
               "TOP {small}", "RETR", "DELE", "RETR {small} {word}", "TOP {small} {lines} {word}", "LIST  {small}", "RETR {small} ", "TOP 1  0", "dele {small}", "LIST {word}"),
    PHRASE_MOSTLY("lines", "0", "1", "2", "10", "{number}"),
    PHRASE_ANY("login-command", "USER alice", "USER {atom}", "USER {word}", "PASS secret", "PASS {text}", "PASS {word}  {word}", "PASS", "PASS ", "USER", "USER a b", "USER \xC3\xA9", "PASS \xC3\xA9", "PASS {odd-octet}", "user {letter*41}", "USER {letter*40}",
               "APOP alice c4c9334bac560ecc979e58001b3e22fb", "APOP {atom} C4C9334BAC560ECC979E58001B3E22FB", "APOP {atom} {base64}", "APOP {atom}", "APOP", "APOP {atom} c4c9334bac560ecc979e58001b3e22fb {word}", "APOP {atom} c4c9334bac560ecc979e58001b3e22f"),
    PHRASE_MOSTLY("pop3-auth", "AUTH {mechanism} {base64}", "AUTH PLAIN {plain64}", "AUTH {mechanism}", "AUTH {mechanism} =", "AUTH", "AUTH LOGIN", "AUTH CRAM-MD5", "AUTH PLAIN", "AUTH ", "AUTH {mechanism}  {base64}", "auth {mechanism} {base64} {word}"),
    PHRASE_ANY("pop3-plain-command", "STAT", "NOOP", "RSET", "QUIT", "CAPA", "STLS", "UTF8", "LANG", "LANG {language}", "STAT{string}", "NOOP{string}", "QUIT{string}", "CAPA{string}", "STLS{string}", "UTF8{string}", "RSET{string}", "stat", "LANG *", "LANG {language} {word}"),
    PHRASE_MOSTLY("language", "en", "de-DE", "*", "i-default", "{letter*9}", "x", "", "\xC3\xA9", "a_b", "en-{letter*8}-{letter*8}", "-a", "mul"),
    PHRASE_ANY("pop3-unknown", "XFOO{string}", "FOO", "{word}", "", " ", "{pop3-verb}", "{pop3-verb} {word}", "{pop3-verb}{odd-octet}", "{letter*255}", "{letter*600}", "{pop3-verb}X", "XTND XMIT", "{base64}", "*", "{pop3-verb} {odd-octet}", "EHLO {domain}", "LAST", "RPOP {word}"),
    PHRASE_ANY("pop3-command", "{message-command}", "{login-command}", "{pop3-auth}", "{pop3-plain-command}", "{pop3-unknown}", "{message-command}", "{pop3-plain-command}"),

    /* --- responses, a line each */
    PHRASE_MOSTLY("capability", "{capability-tag}", "SASL PLAIN CRAM-MD5", "SASL {mechanism} {mechanism}", "LOGIN-DELAY {number}", "LOGIN-DELAY {number} USER", "EXPIRE {number}", "EXPIRE NEVER", "EXPIRE {number} USER", "EXPIRE {word} {word}", "IMPLEMENTATION {word}",
                  "UTF8 USER", "UTF8 {word}", "LANG {language}", "{capability-tag} {word}", "{capability-tag}  {word}", "{capability-tag} ", "X-{letter*3} {word}", "{odd-octet}", "A.B", "LOGIN-DELAY", "EXPIRE", "SASL", "expire never user",
                  "{capability-tag}{odd-octet}", "{capability-tag} {letter*512}", "PIPELINING {word}", "AUTH-RESP-CODE x", "LOGIN-DELAY 1 USER x", "", " ", "UTF8 USER x", "IMPLEMENTATION", "\t{word}", "SASL {letter*21}", "SASL plain"),
    PHRASE_MOSTLY("code-text", "", "[{response-code}] ", "[{response-code}]", "[SYS/{word}] ", "[X] ", "[] ", "[SYS/] ", "[{response-code}", "[{response-code}/x] ", "[a{odd-octet}b] ", "[A/B/C] ", "[sys/temp] ", "[/a] "),
    PHRASE_MOSTLY("scan", "{small} 120", "{small} {number}", "{number} {number}", "{small}", "{small} 120 {word}", "{small}  120", " {small} 120", "{word}", "{small} 120 ", "0 120", "{small}\t120", "{small} 120{word}"),
    PHRASE_MOSTLY("unique", "{small} uid{small}", "{small} {word}", "{number} {word}", "{small} {letter*70}", "{small} {letter*71}", "{small}", "{small}  a", "{small} a b", "{small} \xC3\xA9", "{small} a{odd-octet}", "{small} ", "0 a", "{word}"),
    PHRASE_MOSTLY("drop", "2 320", "{number} {number}", "{small} {number} {word}", "0 0", "{small}", "2  320", " 2 320", "2 320 ", "02 320", "2 messages", "2 320 octets"),
    PHRASE_MOSTLY("listing-line", "{scan}", "{unique}", "{capability}", "{tag} {word}", "en English", "{language} {text}", "{odd-octet}", "..", ". ", "{text}"),
    PHRASE_ANY("positive-text", "", " {text}", " {code-text}{text}", " {drop}", " {scan}", " {unique}", " {number} octets", " {text} <1896.697170952@dbc.mtview.ca.us>", " <1.2@a>", " {language} {text}", " <{mailbox}>", " <{word}", " {letter*507}", " {letter*508}", "{odd-octet}", "  {text}", " {number} messages ({number} octets)"),
    PHRASE_MOSTLY("response-line", "+OK{positive-text}", "-ERR {code-text}{text}", "+ {base64}", "+", "-ERR", "+OK ", "-ERR ", "+ ", "+ok{positive-text}", "-err {text}", "+OKAY", "-ERROR", "+OK\t{text}", "{text}", "-", "{listing-line}", "+  {base64}", "+OK{odd-octet}", "-ERR{odd-octet}{text}", "-ERR[{response-code}]", "-ERR  [{response-code}]",
                  "+{base64}", " +OK", "250 ok"),
    PHRASE_MOSTLY("pop3-reply", "S{response-line}\n", "S+OK\n", "S-ERR {text}\n", "S-ERR {code-text}{text}\n", "S+ {base64}\n", "S+OK {text}\n", "S-ERR [IN-USE] {text}\n", "S-ERR [SYS/TEMP] {text}\n", "S-ERR {text}\nX\n", "", "S+OK{positive-text}\n", "S-ERR [AUTH] {text}\n", "S-ERR [LOGIN-DELAY] {text}\n", "S-ERR [SYS/PERM] {text}\n"),
    PHRASE_MOSTLY("re-ok", "S+OK\n", "S+OK {text}\n", "{pop3-reply}", "S+OK{positive-text}\n"),
    PHRASE_MOSTLY("list-end", "S.\n", "S. \n", "S..\n", "", "X\n", "S.\nS.\n"),

    /* --- exchanges (scripts) */
    PHRASE_MOSTLY("pop3-greeting", "S+OK ready <1896.697170952@dbc.mtview.ca.us>\n", "S+OK ready\n", "S+OK <{word}@{domain}> {text}\n", "S-ERR {code-text}{text}\n", "{pop3-reply}", "S+OK\n", "S+OK <{mailbox}> <{mailbox}>\n", "S+OK <{odd-octet}@a>\n"),
    PHRASE_ANY("capability-item", "S{capability}\n", "S{capability-tag}\n"),
    PHRASE_MOSTLY("capa", "CCAPA\nS+OK\n{capability-item*}{list-end}", "CCAPA\nS+OK\n{capability-item*12}S.\n", "CCAPA\nS+OK\nSTOP\nSUSER\nSSASL PLAIN CRAM-MD5 SCRAM-SHA-1\nSRESP-CODES\nSPIPELINING\nSUIDL\nSSTLS\nSAUTH-RESP-CODE\nSUTF8 USER\nSLANG\nSEXPIRE 60 USER\nSLOGIN-DELAY 10\nS.\n", "CCAPA\nS+OK\nSRESP-CODES\nS{capability}\nS.\n",
                  "CCAPA\n{pop3-reply}{capability-item*}{list-end}", "CCAPA\nS+OK\nSPIPELINING\nS.\n", "CCAPA\nS+OK\nSUTF8\nSLANG\nS.\n", "CCAPA\nS-ERR {text}\n", "CCAPA\nS+OK\nSEXPIRE 0\nS.\n", "CCAPA\nS+OK\nS.\n", "CCAPA\nS+OK\nSSTLS\nSSASL {mechanism}\nS.\n"),
    PHRASE_MOSTLY("pop3-login", "CUSER alice\nS+OK\nCPASS secret\nS+OK\n", "CUSER alice\n{re-ok}CPASS secret\n{re-ok}", "CAPOP alice c4c9334bac560ecc979e58001b3e22fb\n{re-ok}", "{pop3-sasl}", "C{login-command}\n{re-ok}C{login-command}\n{re-ok}", "CUSER {atom}\nS-ERR {code-text}{text}\n",
                  "CUSER alice\nS+OK\nCPASS {text}\nS-ERR {code-text}{text}\n", "CUSER alice\nS+OK\nCPASS secret\nS+OK maildrop has 2 messages (320 octets)\n", "C{login-command}\n{re-ok}"),
    PHRASE_MOSTLY("pop3-sasl", "CAUTH PLAIN {plain64}\nS+OK\n", "CAUTH PLAIN\nS+ \nC{plain64}\n{re-ok}", "C{pop3-auth}\n{pop3-challenge*}{re-ok}", "CAUTH CRAM-MD5\nS+ {cram64}\nC{cram64}\n{re-ok}", "CAUTH LOGIN\nS+ VXNlcm5hbWU6\nCYWxpY2U=\nS+ UGFzc3dvcmQ6\nCc2VjcmV0\n{re-ok}",
                  "CAUTH SCRAM-SHA-256 {scram64}\nS+ {scram64}\nC{scram64}\n{pop3-challenge?}{re-ok}", "C{pop3-auth}\nS+ {base64}\n", "C{pop3-auth}\nS+ {base64}\nC*\nS-ERR {text}\n", "C{pop3-auth}\nS+ {base64}\nC*\n{re-ok}", "C{pop3-auth}\n{pop3-reply}", "CAUTH EXTERNAL =\n{re-ok}", "CAUTH SCRAM-SHA-1\nS+ \nC{scram64}\nS+ {scram64}\nC{scram64}\nS+ {scram64}\nC\n{re-ok}",
                  "CAUTH\nS+OK\nSPLAIN\nS{mechanism}\nS.\n", "CAUTH SCRAM-SHA-1\nS+\nCbixsbj11c2VyLHI9YWJj\nS+ cj1hYmNkZWYscz1RU1hDLGk9NDA5Ng==\nCYz1iaXdzLHI9YWJjZGVmLHA9ZEh6Yg==\nS+ dj1ybUY5\nC\n{re-ok}"),
    PHRASE_MOSTLY("pop3-challenge", "S+ {base64}\nC{base64}\n", "S+ \nC{base64}\n", "S+\nC\n", "S+ {base64}\nC*\n", "S+ {base64}\nC{pop3-command}\n"),
    PHRASE_MOSTLY("stls", "CSTLS\nS+OK\nT\n", "CSTLS\n{pop3-reply}", "CSTLS\nS+OK {text}\n", "CSTLS\nC{pop3-command}\nS+OK\nT\n", "CSTLS\nS-ERR {text}\n", "T\n", "CSTLS\nS+OK\nC{pop3-command}\nT\n"),
    PHRASE_MOSTLY("stat", "CSTAT\nS+OK 2 320\n", "CSTAT\nS+OK {drop}\n", "CSTAT\n{pop3-reply}", "CSTAT\nS+OK 0 0\n", "CSTAT\nS-ERR {code-text}{text}\n"),
    PHRASE_MOSTLY("list", "CLIST\nS+OK 2 messages (320 octets)\nS1 120\nS2 200\nS.\n", "CLIST\nS+OK{positive-text}\n{scan-item*}{list-end}", "CLIST {small}\nS+OK {small} 120\n", "CLIST 1\nS+OK 1 120\n", "CLIST {small}\nS+OK {scan}\n", "CLIST\nS+OK\nS.\n", "CLIST {small}\n{pop3-reply}", "CLIST\n{pop3-reply}{scan-item*}{list-end}", "CLIST {number}\n{pop3-reply}",
                  "CLIST\nS+OK\nS1 120\nS1 120\nS3 200\nS.\n"),
    PHRASE_ANY("scan-item", "S{scan}\n", "S1 120\n", "S2 200\n"),
    PHRASE_MOSTLY("uidl", "CUIDL\nS+OK\nS1 uid1\nS2 uid2\nS.\n", "CUIDL\nS+OK{positive-text}\n{unique-item*}{list-end}", "CUIDL {small}\nS+OK {small} uid{small}\n", "CUIDL 1\nS+OK 1 uid1\n", "CUIDL {small}\nS+OK {unique}\n", "CUIDL\nS+OK\nS.\n", "CUIDL {small}\n{pop3-reply}", "CUIDL\n{pop3-reply}{unique-item*}{list-end}",
                  "CUIDL\nS+OK\nS1 a\nS2 a\nS2 b\nS.\n"),
    PHRASE_ANY("unique-item", "S{unique}\n", "S1 uid1\n", "S2 uid2\n"),
    PHRASE_MOSTLY("message-item", "S{content-line}\n", "SSubject: one\nS\nSone\nStwo\nSthree\n", "SFrom: <alice@example.org>\nSSubject: one\nS\nS..dot\nSlast\n", "S\nS{content-line}\n", "S.dot\n", "S\n", "SReceived: by {domain};\nS\t{time}\nS\n"),
    PHRASE_MOSTLY("retr", "CRETR 1\nS+OK 120 octets\n{message-item}S.\n", "CRETR {small}\nS+OK{positive-text}\n{message-item*}{list-end}", "CRETR {small}\n{pop3-reply}", "CRETR {number}\n{pop3-reply}", "CRETR {small}\nS+OK\n", "CRETR {small}\nS-ERR {code-text}{text}\n", "CRETR {small}\n{pop3-reply}{message-item*}{list-end}"),
    PHRASE_MOSTLY("top", "CTOP {small} {lines}\nS+OK\n{message-item}{message-item*}S.\n", "CTOP 1 0\nS+OK\nSSubject: one\nS\nS.\n", "CTOP 1 1\nS+OK\nSSubject: one\nS\nSone\nStwo\nS.\n", "CTOP 1 2\nS+OK\nSSubject: one\nS\nSone\nStwo\nSthree\nSfour\nS.\n", "CTOP {number} {number}\n{pop3-reply}", "CTOP {small} {lines}\n{pop3-reply}{message-item*}{list-end}", "CTOP {small} {lines}\nS+OK\n",
                  "CTOP {small} {lines}\nS-ERR {code-text}{text}\n"),
    PHRASE_MOSTLY("dele", "CDELE {small}\n{re-ok}", "CDELE 1\nS+OK\n", "CDELE {number}\n{pop3-reply}", "CDELE {small}\nS-ERR {text}\n", "CDELE 1\nS+OK\nCDELE 1\n{re-ok}", "CDELE 1\nS+OK\nC{message-command}\n{pop3-reply}", "CDELE 2\nS+OK\n"),
    PHRASE_MOSTLY("lang", "CLANG\nS+OK\nSen English\nSde Deutsch\nS.\n", "CLANG {language}\nS+OK {language} {text}\n", "CLANG *\nS+OK en {text}\n", "CLANG\nS+OK{positive-text}\nS{listing-line}\n{list-end}", "CLANG {language}\n{pop3-reply}", "CLANG en\nS+OK en changed\n", "CLANG\nS-ERR {text}\n", "CLANG\nS+OK\nS.\n", "CLANG en\nS-ERR {code-text}{text}\n"),
    PHRASE_MOSTLY("pop3-other", "CNOOP\n{re-ok}", "CRSET\n{re-ok}", "CUTF8\n{re-ok}", "C{pop3-plain-command}\n{re-ok}", "C{pop3-unknown}\nS-ERR {text}\n", "C{pop3-command}\n{pop3-reply}", "C{pop3-command}\n", "{pop3-reply}", "C{pop3-unknown}\n{pop3-reply}", "C{pop3-command}\n{re-ok}", "S{listing-line}\n", "CRSET\nS+OK\n", "CUTF8\nS+OK\n", "C{pop3-command}\nS-ERR {code-text}{text}\n"),
    PHRASE_MOSTLY("pop3-quit", "CQUIT\nS+OK\nX\n", "CQUIT\n{pop3-reply}", "CQUIT\nS+OK {text}\n", "CQUIT\nH\n", "H\n", "X\n", "CQUIT\nS-ERR some deleted messages not removed\n", "CQUIT\nS+OK\nC{pop3-command}\n"),
    PHRASE_ANY("pop3-event", "d{pop3-command}\n", "e{word}\n", "t\n", "k\n", "x\n", "h\n", "CSTLS\nd{pop3-command}\n", "CSTLS\ne{word}\n", "kCNOOP\n", "CAUTH PLAIN\ne{word}\n", "k\nC{pop3-command}\nC{pop3-command}\n{pop3-reply}"),
    PHRASE_ANY("pop3-exchange", "{capa}", "{pop3-login}", "{pop3-sasl}", "{stls}", "{stat}", "{list}", "{uidl}", "{retr}", "{top}", "{dele}", "{lang}", "{pop3-other}", "{pop3-quit}", "{pop3-event}", "C{pop3-command}\n{pop3-reply}", "C{pop3-command}\n{re-ok}", "{retr}{list}", "{dele}{stat}{list}", "{stat}{list}{uidl}", "{top}", "{dele}{retr}"),

    /* --- whole dialogues: into a state, and something there */
    PHRASE_ANY("pop3-state", "", "S+OK ready <1896.697170952@dbc.mtview.ca.us>\n", "{pop3-greeting}", "S+OK ready\n{capa}", "S+OK\nCUSER alice\nS+OK\n", "S+OK\nCUSER alice\nS+OK\nCPASS secret\nS+OK\n", "S+OK\n{capa}CUSER alice\nS+OK\nCPASS secret\nS+OK\n", "{pop3-greeting}{pop3-login}", "S+OK <1.2@a>\nCAPOP alice c4c9334bac560ecc979e58001b3e22fb\nS+OK\n",
               "S+OK\nCAUTH PLAIN\nS+ \n", "S+OK\nCSTLS\nS+OK\n", "S+OK\nCSTLS\nS+OK\nT\n", "S+OK\n{capa}{pop3-login}CQUIT\n", "S+OK\nCUSER alice\nS+OK\nCPASS secret\nS+OK\nCDELE 1\nS+OK\n", "S+OK\n{capa}CUTF8\nS+OK\n", "S+OK\n{capa}CLANG en\nS+OK en changed\n", "S-ERR {text}\n", "S+OK\nCQUIT\nS+OK\n", "S+OK\nCSTLS\nS+OK\nT\n{capa}",
               "S+OK\nCUSER alice\nS+OK\nCPASS secret\nS+OK\nCSTAT\nS+OK 2 320\nCLIST\nS+OK\nS1 120\nS2 200\nS.\nCUIDL\nS+OK\nS1 uid1\nS2 uid2\nS.\n"),
    PHRASE_MOSTLY("pop3-session", "{pop3-state}{pop3-exchange}", "{pop3-state}{pop3-exchange}{pop3-exchange}{pop3-quit}", "S+OK\n{capa}{pop3-login}{stat}{list}{uidl}{retr}{dele}{pop3-quit}", "{pop3-state}C{pop3-command}\n{pop3-reply}", "{pop3-state}C{pop3-command}\n{re-ok}", "{pop3-state}C{pop3-command}\nC{pop3-command}\n{pop3-reply}{pop3-reply}"),
};
/* clang-format on */

const phrase_grammar phrase_pop3 = {rules, COUNT(rules)};
