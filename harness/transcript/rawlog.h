/*
 * rawlog.h - sessions as people have them in log files, read as recordings
 *
 * Three forms, told apart by their lines:
 *
 *     plain     "C: EHLO x" and "S: 250 y", "[TLS]", "[CLOSE]", "[ABORT]" and "[CONNECTION 2]"
 *               alone or in a "#" comment
 *     swaks     " -> EHLO x", "<-  250 y", "<** 550 z"; inside TLS " ~> ", "<~  ", "<~* "
 *     curl -v   "> EHLO x", "< 250 y", "* …"
 *
 * A log has lost things that a recording needs; where they are guessed it is said here:
 *   - line ends: CRLF, always;
 *   - curl prints no mail data, only its length ("} [86 bytes data]"): a message of about that length is
 *     put in its place, so what depends on the content itself cannot be judged;
 *   - curl prints a listing or message that it fetches by POP3 without a mark, and without dots: such lines are
 *     taken for the server's, stuffed again, and ended by a dot; with a log that lost its CRs, lines of a message that
 *     look like curl's own are lost.
 *
 * Several sessions may stand behind each other in a log of swaks or curl.
 *
 * A log in which LHLO is sent is one of LMTP.  Line numbers in the document are those of the log.
 */
#ifndef MAILSPEC_HARNESS_TRANSCRIPT_RAWLOG_H
#define MAILSPEC_HARNESS_TRANSCRIPT_RAWLOG_H

#include "harness/transcript/reader.h"

const mst_document *mst_rawlog_read(const uint8_t *octets, size_t len, const char *filename, mst_protocol protocol,
                                    mst_error *error);
const mst_document *mst_rawlog_read_file(const char *path, mst_protocol protocol, mst_error *error);

#endif
