"""A mail server with TLS and a login, for tests: aiosmtpd with a certificate.

smtp_server.py PORT smtps|starttls|plain DIR [CERT KEY USER PASSWORD]: mail goes
to DIR/mail as aiosmtpd's Mailbox has it; DIR/said has a line for each login
that was tried ("login USER ok|wrong tls|clear") and each mail ("mail tls|clear").
"""
import asyncio
import ssl
import sys

from aiosmtpd.handlers import Mailbox
from aiosmtpd.smtp import SMTP, AuthResult

port, how, top = int(sys.argv[1]), sys.argv[2], sys.argv[3]
context = None
if how != "plain":
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(sys.argv[4], sys.argv[5])


def say(text):
    with open(top + "/said", "a") as f:
        f.write(text + "\n")


def channel(session):
    return "tls" if how == "smtps" or session.ssl else "clear"


class Handler(Mailbox):
    async def handle_DATA(self, server, session, envelope):
        say("mail " + channel(session))
        return await super().handle_DATA(server, session, envelope)


def login(server, session, envelope, mechanism, data):
    user, password = data.login.decode(), data.password.decode()
    good = [user, password] == sys.argv[6:8]
    say("login %s %s %s" % (user, "ok" if good else "wrong", channel(session)))
    return AuthResult(success=good, handled=good)


def protocol():
    return SMTP(
        Handler(top + "/mail"),
        hostname="localhost",
        tls_context=context if how == "starttls" else None,
        require_starttls=how == "starttls",
        auth_required=how != "plain",
        auth_require_tls=False,
        authenticator=login,
        loop=loop,
    )


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(
    loop.create_server(
        protocol, "127.0.0.1", port, ssl=context if how == "smtps" else None
    )
)
loop.run_forever()
