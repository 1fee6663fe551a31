/* phrases_values.c - what stands in the lines of both protocols: names, addresses, numbers, base64, messages */
#include "fuzz/mutator/phrase.h"

static const phrase_rule rules[] = {
    /* words */
    PHRASE_ANY("letter", "a", "b", "Z", "x", "0", "9", "-", "."),
    PHRASE_MOSTLY("word", "ready", "a", "two words", "X-y", "{letter*8}", "caf\xC3\xA9", "", "{letter*200}"),
    PHRASE_MOSTLY("text", "ok", "{word}", "{word} {word}", "", "{word}\t{word}", "{word}{odd-octet}", "<{mailbox}>",
                  "{text*80}", "{domain} {word}", "no such {word}", "http://{domain}/{word}"),
    PHRASE_ANY("odd-octet", "{#00}", "\r", "\x7F", "{#80}", "{#C3}", "\xC3\xA9", "\t", " ", "\x01", "{#FF}"),
    PHRASE_ANY("blank", "  ", "\t", "", " \t", "\r"),
    PHRASE_MOSTLY("atom", "bob", "alice", "postmaster", "a+b", "x{letter*3}", "{letter*64}", "{letter*65}",
                  "b\xC3\xBC"
                  "cher",
                  "a.b", ".a", "a.", "a..b", "a b", "nobody"),

    /* numbers */
    PHRASE_MOSTLY("number", "1", "2", "0", "3", "10", "512", "1000", "65535", "4294967295", "4294967296", "999999999",
                  "1000000000", "18446744073709551615", "18446744073709551616", "{digit*21}", "00", "01", "-1", "+1",
                  "", "a", "1a"),
    PHRASE_ANY("digit", "0", "1", "2", "5", "9"),
    PHRASE_ANY("small", "1", "2", "3", "4"),

    /* dates (RFC 3339 section 5.6) */
    PHRASE_ANY("date-time", "{year}-{month}-{day}T{time}{fraction?}{zone}"),
    PHRASE_MOSTLY("year", "2026", "2024", "2000", "1900", "26"),
    PHRASE_MOSTLY("month", "11", "02", "12", "00", "13", "1"),
    PHRASE_MOSTLY("day", "23", "29", "30", "31", "00", "32", "3"),
    PHRASE_MOSTLY("time", "16:00:00", "23:59:60", "24:00:00", "16:60:00", "16:00:61", "16:00", "9:0:0"),
    PHRASE_MOSTLY("fraction", ".5", ".", ".123456789"),
    PHRASE_ANY("zone", "Z", "z", "+01:00", "-23:59", "+24:00", "+01:60", "", "+1"),

    /* addresses (RFC 5321 section 4.1.2) */
    PHRASE_MOSTLY(
        "domain", "mx.example", "example.test", "{literal}", "a", "{label}.{label}", "{label}", "xn--bcher-kva.example",
        "b\xC3\xBC"
        "cher.example",
        "{letter*63}.{letter*63}.{letter*63}.{letter*63}", "a_b", "a..b", ".a", "-a.b", "a-.b", "a.", "", "[]"),
    PHRASE_MOSTLY("label", "a", "a-b", "{letter*63}", "{letter*64}", "9", "-", "a-"),
    PHRASE_MOSTLY("literal", "[192.0.2.1]", "[IPv6:{ipv6}]", "[{snum}.{snum}.{snum}.{snum}]", "[{tag}:{word}]",
                  "[192.0.2.1", "[192.0.2]", "[IPv6:{ipv6}", "[ipv6:{ipv6}]", "[{ipv6}]", "192.0.2.1", "[192.0.2.1]x",
                  "[tag:a[b]", "[tag:]"),
    PHRASE_MOSTLY("tag", "tag", "IPv6", "a-b", "a-", "-", "x1", ""),
    PHRASE_MOSTLY("snum", "1", "0", "255", "256", "01", "1000", "", "a"),
    PHRASE_MOSTLY("ipv6", "2001:db8::1", "::", "1:2:3:4:5:6:7:8", "{hex}::{hex}", "{hex*4}:{hex}::{hex}:{hex}",
                  "1::2::3", "1:2:3:4:5:6:7:8:9", "::ffff:192.0.2.1", "1:2:3:4:5:6:192.0.2.1",
                  "1:2:3:4:5:6:7:192.0.2.1", "::192.0.2.256", "1:2:3:4:5:6:7", "12345::", ":1::2",
                  "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8", "1:2::{snum}.{snum}.{snum}.{snum}", ":::", "1:"),
    PHRASE_ANY("hex", "0", "a", "F", "1f", "abcd", "g"),
    PHRASE_MOSTLY("mailbox", "{atom}@{domain}", "alice@example.test", "{quoted}@{domain}", "{atom}@{literal}", "{atom}",
                  "@{domain}", "{atom}@", "", "{atom}@{domain}@{domain}", "Postmaster", "\xCE\xB4@{domain}"),
    PHRASE_MOSTLY("quoted", "\"a b\"", "\"\"", "\"a\\\"b\"", "\"{odd-octet}\"", "\"\\{odd-octet}\"", "\"a", "\"a\"b",
                  "\"a\".b", "\"@\"", "\"\\", "\"\xC3\xBC\"", "\"{letter*62}\""),
    PHRASE_MOSTLY("path", "<{mailbox}>", "<>", "<Postmaster>", "<@{domain}:{mailbox}>",
                  "<@{domain},@{domain}:{mailbox}>", "{mailbox}", "<{mailbox}", "<{mailbox}>>", "<{mailbox}> ",
                  " <{mailbox}>", "<@{domain}{mailbox}>", "<{domain}:{mailbox}>", "<@{domain},{domain}:{mailbox}>",
                  "\"{word}\" <{mailbox}>", "<{mailbox} >", "< {mailbox}>", "",
                  "<{letter*64}@{letter*63}.{letter*63}.{letter*63}.{letter*58}>", "<<{mailbox}>>",
                  "<@{domain},@{domain}>", "(a)<{mailbox}>", "<alice@example.test>"),

    /* base64, and what it holds (RFC 4616, RFC 2195, RFC 5802) */
    PHRASE_ANY("mechanism", "PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS",
               "EXTERNAL", "ANONYMOUS", "OAUTHBEARER", "XOAUTH2", "GSSAPI", "DIGEST-MD5", "plain", "{any-mechanism}",
               "X-OWN", "A B", "", "{letter*21}", "{letter*20}", "a_b"),
    PHRASE_WORDS("any-mechanism", WORDS_MECHANISM),
    PHRASE_MOSTLY("plain64", "AGFsaWNlAHNlY3JldA==", "AGFsaWNlAHdyb25n", "AAA=", "YWxpY2UAYWxpY2UAc2VjcmV0",
                  "AGFsaWNlAHNlY3JldAA=", "AGFsaWNl", "/wD/AP8="),
    PHRASE_ANY("sasl-message", "{plain-message%}", "{cram-message%}", "{scram%}", "{scram%}", "{prompt%}", "{bad64}",
               "", "=", "{token-message%}"),
    PHRASE_MOSTLY("plain-message", "{#00}alice{#00}secret", "{atom}{#00}{atom}{#00}{word}", "{#00}{atom}{#00}{text}",
                  "alice", "{#00}alice", "{#00}{#00}", "a{#00}b{#00}c{#00}d", "{#00}\xC3\xA9{#00}{odd-octet}",
                  "{#00}{letter*255}{#00}{letter*255}", "alice{#00}{#00}secret"),
    PHRASE_ANY("cram-message", "<1896.697170952@postoffice.example>", "<{number}.{number}@{domain}>",
               "alice b913a602c7eda7a495b4e6e7334d3890", "{atom} b913a602c7eda7a495b4e6e7334d3890",
               "alice B913A602C7EDA7A495B4E6E7334D3890", "alice {word}", "<{word}@{domain}>", "<{number}@{domain}>",
               "<a.b@{domain}", "{atom} {hex*32}", "<{number}.{number}@{domain}>{odd-octet}", "<1.2@>"),
    PHRASE_ANY("prompt", "Username:", "Password:", "User Name", "alice", "secret", "{text}", "{mailbox}"),
    PHRASE_ANY("token-message",
               "n,a={mailbox},\x01"
               "auth=Bearer {word}\x01\x01",
               "user={mailbox}\x01"
               "auth=Bearer {word}\x01\x01",
               "{#7B}\"status\":\"401\"}", "\x01"),
    PHRASE_ANY("base64", "{sasl-message}", "{sasl-message}", "{sasl-message}", "YWxpY2U=", "c2VjcmV0", "VXNlcm5hbWU6",
               "UGFzc3dvcmQ6", "{plain64}", "{cram64}", "{scram64}", "{bad64}", "=", "", "AA==", "{quad*20}",
               "{quad*200}", "{quad*3071}"),
    PHRASE_ANY("quad", "AAAA", "YWJj", "+/+/", "TWFu"),
    PHRASE_ANY("bad64", "A", "AB", "ABC", "A===", "AB=C", "AB==AB==", "AB=", "====", "A*==", "AH==", "AAB=",
               "YWxpY2U= ", " YWxpY2U=", "YWxp{odd-octet}", "_-_-", "*"),
    PHRASE_ANY("cram64", "PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+",
               "dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw",
               "YWxpY2UgMDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
               "YWxpY2UgMDEyMzQ1Njc4OUFCQ0RFRjAxMjM0NTY3ODlhYmNkZWY=", "YWxpY2UgMTIz", "PDFAYT4=", "PDFhPg==", "MUBh",
               "PDEuMkBhLmI+eA=="),
    /* n,,n=user,r=abc; y,a=id,n=a=2Cb,r=abc; p=tls-unique,,n=user,r=abc; r=abcdef,s=QSXC,i=4096; c=biws,r=abcdef,p=dHzb; v=rmF9; e=invalid-proof */
    PHRASE_ANY("scram64", "bixsbj11c2VyLHI9YWJj", "eSxhPWlkLG49YT0yQ2Iscj1hYmM=",
               "cD10bHMtdW5pcXVlLCxuPXVzZXIscj1hYmM=", "cj1hYmNkZWYscz1RU1hDLGk9NDA5Ng==",
               "Yz1iaXdzLHI9YWJjZGVmLHA9ZEh6Yg==", "dj1ybUY5", "ZT1pbnZhbGlkLXByb29m", "bSx4", "cj1hYmM="),
    PHRASE_ANY("scram", "{gs2}{scram-name},r={nonce}{scram-more?}", "r={nonce},s={bits},i={number}{scram-more?}",
               "c={bits},r={nonce}{scram-more?},p={bits}", "v={bits}{scram-more?}", "e={scram-error}{scram-more?}",
               "{gs2}m=x,{scram-name},r={nonce}", "m=x,r={nonce},s={bits},i={number}"),
    PHRASE_MOSTLY("scram-first", "{gs2}{scram-name},r={nonce}{scram-more?}", "{scram}"),
    PHRASE_MOSTLY("scram-second", "r={nonce},s={bits},i={number}{scram-more?}", "{scram}", "e={scram-error}"),
    PHRASE_MOSTLY("scram-third", "c={bits},r={nonce}{scram-more?},p={bits}", "{scram}"),
    PHRASE_MOSTLY("gs2", "n,,", "y,,", "p=tls-unique,,", "n,a={atom},", "y,a=a=2Cb,", "p=,,", "n", "x,,", "n,b=a,"),
    PHRASE_MOSTLY("scram-name", "n=user", "n=a=2Cb", "n=a=3Db", "n=a=2c", "n=", "n=a=", "n=\xC3\xA9", "n={odd-octet}",
                  "user"),
    PHRASE_MOSTLY("nonce", "abcdef", "a", "", "a{odd-octet}", "~!", "a b"),
    PHRASE_MOSTLY("bits", "QSXC", "biws", "dHzb", "cD10bHMtdW5pcXVlLCw=", "", "A", "A===", "AAA="),
    PHRASE_MOSTLY("scram-more", ",x=y", ",", ",x", ",x=", ",x=y,z=w", ",m=x", ",x={odd-octet}", ",1=a"),
    PHRASE_ANY("scram-error", "invalid-proof", "other-error", "unknown-user", "x", ""),

    /* any of them, in the place of a word */
    PHRASE_ANY("value", "{number}", "{date-time}", "{domain}", "{mailbox}", "{atom}", "{literal}", "{quoted}", "{path}",
               "{base64}", "{word}", "{xtext}", "{odd-octet}", "{mechanism}", "{by}", "{notify}", "{status}"),

    /* mail data, a line */
    PHRASE_MOSTLY("content-line", "Subject: one", "", "From: <alice@example.org>", "..", "..dot", ".dot", ". ",
                  "To: {mailbox}", "{word}", "{odd-octet}", "{letter*998}", "{letter*999}", "a{odd-octet}b", "-- ",
                  "MAIL FROM:<a@b.example>", "QUIT", "250 ok", "+OK", "...", ".\r"),
};

const phrase_grammar phrase_values = {rules, COUNT(rules)};
