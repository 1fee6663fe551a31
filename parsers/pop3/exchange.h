/*
 * exchange.h - what exchange.c asks of exchange_message.c
 */
#ifndef MAILSPEC_POP3_EXCHANGE_H
#define MAILSPEC_POP3_EXCHANGE_H

#include "mailspec/sasl.h"
#include "session_internal.h"

/* The client's message number index, in strict base64: the requirement that it breaks.  Notes what the server must not
 * accept. */
uint16_t ms_pop3_client_message(const judge *j, ms_span base64, uint8_t index);
/* The server's challenge likewise; the empty one that only asks for the client's first message is not given here. */
uint16_t ms_pop3_server_message(const judge *j, ms_span base64);
/* Why +OK must not end the exchange, by what the messages held. */
uint16_t ms_pop3_success_forbidden(const judge *j);

#endif
