#include "mailspec/version.h"

const char *ms_version(void)
{
    return MS_VERSION_STRING;
}
