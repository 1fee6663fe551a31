/* impure.c - everything that a pure library must not have, to see that tests/pure.cmake finds it */
#include <stdlib.h>

void *impure_call(size_t len);
int impure_count(void);

void *impure_call(size_t len)
{
    return malloc(len);
}

int impure_count(void)
{
    static int count;
    static int start = 1;
    return ++count + ++start;
}
