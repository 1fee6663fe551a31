/* play_tls.c - the tls step */
#include "harness/probe/stage.h"

#include <stdio.h>

static mst_match_kind kind_of(net_status status)
{
    switch (status) {
    case NET_OK:
        return MST_MATCH_DONE;
    case NET_ALERT:
        return MST_MATCH_ALERT;
    case NET_PLAIN:
        return MST_MATCH_PLAINTEXT;
    case NET_CLOSED:
    case NET_RESET:
        return MST_MATCH_CLOSE;
    case NET_TIMEOUT:
    case NET_REFUSED:
    case NET_FAILED:
    case NET_UNTRUSTED:
        break;
    }
    return MST_MATCH_NONE;
}

static bool settings_of(stage *s, const mst_step *step, net_tls_settings *settings, char version[8], char name[256])
{
    *settings = s->context->settings.tls;
    if (!step->tls.certificate)
        settings->certificate = settings->key = NULL;
    if (!ms_span_is_absent(step->tls.version)) {
        snprintf(version, 8, "%.*s", (int)step->tls.version.len, (const char *)step->tls.version.ptr);
        settings->min = settings->max = version;
    }
    if (step->tls.name == NULL)
        return true;
    probe_value value;
    if (!probe_evaluate_octets(&s->scope, step->tls.name, &value)) {
        stage_unevaluated(s, step->at.line);
        return false;
    }
    snprintf(name, 256, "%.*s", (int)value.octets.len, (const char *)value.octets.ptr);
    settings->sni = name;
    settings->insecure = true; /* the certificate need not fit a name that the case made up */
    return true;
}

void stage_tls(stage *s, const mst_step *step)
{
    net_tls_settings settings;
    char version[8];
    char name[256];
    probe_peer *peer = stage_peer(s, step);
    if (peer == NULL || !settings_of(s, step, &settings, version, name))
        return;
    if (peer->stream == NULL) {
        stage_worsen(s, MST_ERROR, step->at.line, "tls on a connection that is not open");
        return;
    }
    probe_reply came = {.came = PROBE_CAME_CLOSE};
    came.raw = came.text = came.content = MS_SPAN("");
    const net_status status = peer->ended != NET_OK ? NET_CLOSED : probe_peer_tls(peer, &settings, step->at.line);
    if (status == NET_UNTRUSTED) {
        /* the site's settings, not the server: no verdict */
        stage_worsen(s, MST_SKIP, step->at.line, "needs tls: %s", peer->detail);
        return;
    }
    const mst_match_kind kind = kind_of(status);
    const mst_alternative *taken = stage_find(step, kind);
    if (taken != NULL && kind != MST_MATCH_NONE) {
        stage_alternative(s, step, taken, NULL);
        return;
    }
    if (kind == MST_MATCH_DONE)
        return;
    if (kind == MST_MATCH_NONE) {
        stage_worsen(s, status == NET_TIMEOUT ? MST_INCONCLUSIVE : MST_ERROR, step->at.line, "TLS: %s", peer->detail);
        return;
    }
    if (kind == MST_MATCH_CLOSE && !s->document->header.only) {
        s->transient = true;
        stage_worsen(s, MST_INCONCLUSIVE, step->at.line, "the server closed the connection in the handshake");
        return;
    }
    stage_worsen(s, MST_FAIL, step->at.line, "TLS: %s", peer->detail);
    s->over = true;
}
