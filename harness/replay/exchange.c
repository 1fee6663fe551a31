/* exchange.c - see exchange.h */
#include "harness/replay/exchange.h"

#include "harness/result/escape.h"

#include <stdlib.h>
#include <string.h>

static void *must(void *memory)
{
    if (memory == NULL)
        abort();
    return memory;
}

void replay_exchange_sent(replay_exchanges *exchanges, unsigned connection, uint32_t line, ms_span command)
{
    if (exchanges == NULL)
        return;
    if (exchanges->count == exchanges->room) {
        exchanges->room = exchanges->room == 0 ? 32 : exchanges->room * 2;
        exchanges->items = must(realloc(exchanges->items, exchanges->room * sizeof *exchanges->items));
    }
    exchanges->items[exchanges->count++] =
        (replay_exchange){.command = must(escape_text(command)), .connection = connection, .line = line};
}

static replay_exchange *oldest(replay_exchanges *exchanges, unsigned connection)
{
    while (exchanges->answered < exchanges->count && exchanges->items[exchanges->answered].reply != NULL)
        exchanges->answered++;
    for (size_t i = exchanges->answered; i < exchanges->count; i++)
        if (exchanges->items[i].connection == connection && exchanges->items[i].reply == NULL)
            return &exchanges->items[i];
    return NULL;
}

void replay_exchange_answered(replay_exchanges *exchanges, unsigned connection, const char *reply)
{
    replay_exchange *exchange = exchanges == NULL ? NULL : oldest(exchanges, connection);
    if (exchange != NULL)
        exchange->reply = must(strdup(reply));
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void replay_exchange_capability(replay_exchanges *exchanges, unsigned connection, ms_span line)
{
    replay_exchange *exchange = exchanges == NULL ? NULL : oldest(exchanges, connection);
    if (exchange == NULL)
        return;
    const size_t count = exchange->capability_count + 1;
    exchange->capabilities = must(realloc(exchange->capabilities, count * sizeof *exchange->capabilities));
    exchange->capabilities[count - 1] = must(escape_text(line));
    exchange->capability_count = count;
    qsort(exchange->capabilities, count, sizeof *exchange->capabilities, by_text);
}

void replay_exchanges_free(replay_exchanges *exchanges)
{
    for (size_t i = 0; i < exchanges->count; i++) {
        replay_exchange *exchange = &exchanges->items[i];
        for (size_t k = 0; k < exchange->capability_count; k++)
            free(exchange->capabilities[k]);
        free(exchange->capabilities);
        free(exchange->command);
        free(exchange->reply);
    }
    free(exchanges->items);
    memset(exchanges, 0, sizeof *exchanges);
}
