//! What `--help` teaches after the list of options: examples that can be copied.

pub(super) const CAUSEWAY: &str = "\
First steps:
  causeway serve                          run with what is there; it says what it did
  causeway check --config /etc/causeway   are both configuration files right?
  causeway queue list                     what waits, and why
  causeway explain report.eml             what a non-delivery report means

Exit status: 0 fine; 1 the answer is \"no\" or \"failed\"; 2 usage or bad input; 3 the server
cannot be reached.";

pub(super) const SERVE: &str = "\
Without files it listens on loopback (SMTP 2525, submission 2587, POP3 2110, admin 8025) and keeps
its data in ./causeway-data. SIGHUP reads mailflow.toml and the certificate again
(causeway.toml is read at the start only); SIGTERM ends it after the sessions that are open.

Examples:
  causeway serve
  causeway serve --config /etc/causeway";

pub(super) const DEMO: &str = "\
It needs nothing and leaves nothing behind: everything is on loopback, in a temporary directory.";

pub(super) const CHECK: &str = "\
Every problem is one line: file, line, column, what is wrong, what to write instead. Exit status 2
when there are errors; warnings alone give 0.

Examples:
  causeway check
  causeway check --config /etc/causeway --json";

pub(super) const QUEUE: &str = "\
Examples:
  causeway queue list --status deferred
  causeway queue show ID
  causeway queue retry --connector \"to on-premises\"
  causeway queue return ID --reason \"the project has ended\"";

pub(super) const QUEUE_LIST: &str = "\
Examples:
  causeway queue list
  causeway queue list --domain partner.example
  causeway queue list --sender '<>'                  reports on their way
  causeway queue list --json | jq '.[].recipients[] | select(.code == \"450 4.4.316\")'";

pub(super) const QUEUE_SHOW: &str = "\
It also finds messages that have left the queue, as long as the trace has them.";

pub(super) const QUEUE_REMOVE: &str = "\
The mail is gone and nobody is told. To end it with a report, use `causeway queue return`. On a
terminal it asks first; elsewhere it wants --yes.";

pub(super) const QUEUE_REDIRECT: &str = "\
Example:
  causeway queue redirect ID --to colleague@contoso.example";

pub(super) const TRACE: &str = "\
One row for each recipient, newest first.

Examples:
  causeway trace --recipient bob@partner.example --since 2h
  causeway trace --message-id '<20261121.1@contoso.example>'
  causeway trace --status failed --since yesterday
  causeway trace show ID                 everything that happened to one message";

pub(super) const MAILBOX: &str = "\
Passwords are never arguments: they are read from standard input, asked for, or made and shown
once.

Examples:
  causeway mailbox add alice@contoso.example --alias info@contoso.example
  causeway mailbox passwd alice@contoso.example
  causeway mailbox set alice@contoso.example --quota '2 GiB' --language de";

pub(super) const MAILBOX_ADD: &str = "\
On a terminal it asks for the password (nothing: one is made and shown once); elsewhere one is
made, unless --password-stdin is given.

Examples:
  causeway mailbox add alice@contoso.example
  causeway mailbox add alice@contoso.example --password-stdin < password-file
  causeway mailbox add sales@contoso.example --send-as @contoso.example";

pub(super) const MAILBOX_SET: &str = "\
Examples:
  causeway mailbox set alice@contoso.example --alias a.smith@contoso.example
  causeway mailbox set alice@contoso.example --remove-alias old@contoso.example --no-quota";

pub(super) const MAILBOX_PASSWD: &str = "\
Examples:
  causeway mailbox passwd alice@contoso.example
  causeway mailbox passwd alice@contoso.example --generate";

pub(super) const APP_PASSWORD_ADD: &str = "\
An application password logs in like the mailbox's own, for sending and for fetching mail, and
can be revoked alone. Only a hash of it is kept.

Example:
  causeway mailbox app-password add alice@contoso.example \"Alice's phone\"";

pub(super) const LOGIN_UNLOCK: &str = "\
Exit status 1 when nothing was locked.

Examples:
  causeway login unlock --user alice@contoso.example
  causeway login unlock --address 203.0.113.9";

pub(super) const POP_LOGINS_REVOKE: &str = "\
Exit status 1 when there was no such login.

Examples:
  causeway relay logins revoke --client 203.0.113.9
  causeway relay logins revoke --user alice@contoso.example";

pub(super) const POP_LOGINS_REPORT: &str = "\
For sites whose mail is fetched from another server: have it report every login with this
command, or with POST /v1/pop-logins on the socket (see docs/relay.md).

Example:
  causeway relay logins report --client 203.0.113.9 --user alice@contoso.example";

pub(super) const DOMAIN_CLIENTS: &str = "\
The same settings are served to mail programs by the admin listener: Thunderbird's autoconfig,
Outlook's Autodiscover, Apple's profile, and a page for people under /settings.

Example:
  causeway domain clients contoso.example";

pub(super) const PLAN: &str = "\
Nothing is changed. Exit status 1 when the change would be refused: what makes no sense, an open
relay, a domain with waiting mail given up; 2 when the text cannot be read.

Examples:
  causeway plan                          what the edited file would do
  causeway plan new.toml --json
  causeway plan --revision 3             what going back would do";

pub(super) const APPLY: &str = "\
Shows what the change does and, when something is lost by it, asks. Sessions go on, and waiting mail
takes its new way at once. Exit status 1 when it is refused or another revision came between; 2 when
the text cannot be read.

Examples:
  causeway apply --reason \"the partner has moved\"
  causeway apply new.toml --yes
  causeway apply new.toml --base 12      only if revision 12, which it was made from, is in force";

pub(super) const HISTORY: &str = "\
Examples:
  causeway history
  causeway history show 12               everything about one revision, with the whole file
  causeway history --limit 5 --json";

pub(super) const HISTORY_SHOW: &str = "\
Example:
  causeway history show 12";

pub(super) const REVERT: &str = "\
Makes a new revision with the old text, to the octet. Shows what that does and, when something is
lost by it, asks.

Example:
  causeway revert 12 --reason \"the new smart host refuses our mail\"";

pub(super) const DOMAIN_ADD: &str = "\
Edits mailflow.toml, keeping its comments and order, and makes a revision; see `causeway apply`.

Examples:
  causeway domain add contoso.example
  causeway domain add corp.example --type internal_relay --match-subdomains";

pub(super) const DOMAIN_SET: &str = "\
Example:
  causeway domain set corp.example --type internal_relay";

pub(super) const CONNECTOR_ADD: &str = "\
Edits mailflow.toml, keeping its comments and order, and makes a revision; see `causeway apply`.

Examples:
  causeway connector add \"to on-premises\" --direction outbound --peer on_premises \\
      --recipient-domain corp.example --smart-host mail.corp.example --tls domain_validation
  causeway connector add \"from on-premises\" --direction inbound --peer on_premises \\
      --sender-domain '*' --source-address 203.0.113.0/28";

pub(super) const HYBRID_SETUP: &str = "\
Makes the domains internal relay (mailboxes on both sides), the connector \"to on-premises\" and the
connector \"from on-premises\", shows the effect, asks, puts it in force, and says what to set on the own
server, in the DNS and in firewalls. Run it again with other options to change it: notes, credentials and
whatever else stands in these entries stay.

Examples:
  causeway hybrid setup
  causeway hybrid setup --domain contoso.example --own-server mail.corp.example \\
      --own-address 203.0.113.0/28
  causeway hybrid setup --domain contoso.example --own-server 192.0.2.7:2525 --tls encryption_only \\
      --own-address 192.0.2.7 --internet own-server --mx own-server";

pub(super) const CONNECTOR_SET: &str = "\
Examples:
  causeway connector set \"to on-premises\" --smart-host new.corp.example --smart-host 192.0.2.7:2525
  causeway connector set \"to on-premises\" --tls encryption_only --no-tls-domain";

pub(super) const TEST: &str = "\
Each step is shown as it is made, with what was found and what to do. Exit status 1 when a step fails.
No message is handed over (except with `test outbound --to`), and what was found is not kept.
`inbound` and `outbound` ask the running server; the others work on any machine, with the DNS servers
and certificate authorities of causeway.toml (--config).

Examples:
  causeway test inbound contoso.example
  causeway test outbound \"to on-premises\"
  causeway test outbound \"to on-premises\" --to postmaster@corp.example
  causeway test tls mx.partner.example
  causeway test relay 192.0.2.7:2525
  causeway test propagation contoso.example --records MX";

pub(super) const DOMAIN_TROUBLESHOOT: &str = "\
Goes through the domain's type, its connectors, its name servers and whether they agree, its MX
records, SPF, DKIM and DMARC, and a session with its first mail host. Each step that is not right says
what to change where. Exit status 1 when a step fails.

Example:
  causeway domain troubleshoot contoso.example --dkim-selector newsletter";

pub(super) const CONNECTOR_VALIDATE: &str = "\
Five steps, each shown as it ends: resolve, connect, EHLO, TLS with the certificate, and a message
that must be accepted (a sixth, the login, where the connector has one). The result is kept and shown
by `causeway connector list`. Exit status 1 when a step fails.

Example:
  causeway connector validate \"to on-premises\" --to postmaster@corp.example";

pub(super) const CONNECTOR_FIREWALL: &str = "\
The addresses are those of [delivery].source_addresses, or the ones that the system would choose for
each destination.

Examples:
  causeway connector firewall
  causeway connector firewall \"to on-premises\" --format nftables
  causeway connector firewall --format csv > firewall.csv";

pub(super) const CONNECTOR_EXPLAIN: &str = "\
Examples:
  causeway connector explain \"to on-premises\"
  causeway connector explain user@sub.corp.example";

pub(super) const ROUTE_EXPLAIN: &str = "\
Exit status 1 when there is no way to the recipient.

Example:
  causeway route explain bob@corp.example";

pub(super) const RELAY_EXPLAIN: &str = "\
Exit status 1 when it is not allowed.

Examples:
  causeway relay explain --from-ip 203.0.113.9 --sender a@contoso.example --recipient b@ext.example
  causeway relay explain --from-ip 203.0.113.9 --user alice@contoso.example --recipient b@ext.example
  causeway relay explain --from-ip 203.0.113.9 --client-certificate mail.corp.example --recipient b@ext.example";

pub(super) const ALERT: &str = "\
There is one alert for each failing path. Its cause is tested, not guessed: every one comes with what
was found, and with what was ruled out. It closes by itself when mail flows again.

Examples:
  causeway alert list
  causeway alert show 3
  causeway fix plan 3";

pub(super) const ALERT_LIST: &str = "\
Examples:
  causeway alert list --open
  causeway alert list --json --lang de";

pub(super) const ALERT_SHOW: &str = "\
Example:
  causeway alert show 3";

pub(super) const FIX: &str = "\
Examples:
  causeway fix plan 3
  causeway fix apply 3
  causeway fix apply 3 disable-connector --reason \"their server is gone\"";

pub(super) const FIX_PLAN: &str = "\
Exit status 1 when the change must not be made (`apply` would be refused).

Examples:
  causeway fix plan 3
  causeway fix plan 3 make-authoritative";

pub(super) const FIX_APPLY: &str = "\
A change of the mail flow becomes a revision with the alert as its reason; `causeway revert` takes it
back. Exit status 1 when it was not done, or when the next delivery failed again.

Examples:
  causeway fix apply 3
  causeway fix apply 3 correct-port --yes";

pub(super) const EXPLAIN: &str = "\
It reads reports of any mail system, whole messages or pasted text, and needs no server.

Examples:
  causeway explain report.eml
  causeway explain - < report.eml
  causeway explain --text '550 5.4.1 Recipient address rejected: Access denied'
  causeway explain --text 0x800CCC79 --lang de
  find bounces -name '*.eml' | causeway explain --batch";

pub(super) const AUDIT: &str = "\
Counted in recipients. Exit status 1 when something is unaccounted for.";

pub(super) const HEALTH: &str = "\
Exit status 1 when a part of the service does not work as it should.";

pub(super) const COMPLETIONS: &str = "\
Examples:
  causeway completions bash > /etc/bash_completion.d/causeway
  causeway completions zsh > /usr/local/share/zsh/site-functions/_causeway
  causeway completions fish > ~/.config/fish/completions/causeway.fish";

pub(super) const MAN: &str = "\
Example:
  causeway man /usr/local/share/man/man1";

pub(super) const TOKEN: &str = "\
A token is shown to the API over TCP (https://HOST:8025, or http:// on this machine), in
CAUSEWAY_TOKEN or a --token-file. On the server itself none is needed: root and the server's own
user come by the socket.

Examples:
  causeway token add ops --expires 90d
  causeway token add monitoring --read-only
  CAUSEWAY_TOKEN=… causeway queue list --server https://mx.contoso.example:8025";

pub(super) const TOKEN_ADD: &str = "\
The token is shown once and kept nowhere in clear text.

Example:
  causeway token add monitoring --read-only --expires 90d";

pub(super) const QUEUE_SEND_AGAIN: &str = "\
A message that was returned is kept for as long as [queue] send_again_for says. It is sent as it was, to those
recipients it could not be delivered to, whether the cause still holds or not; it happens once.

Examples:
  causeway queue returned ID
  causeway queue send-again ID";

pub(super) const DKIM: &str = "\
Examples:
  causeway dkim add contoso.example
  causeway dkim list --check
  causeway dkim remove contoso.example --selector cw202611r";

pub(super) const DKIM_ADD: &str = "\
The record is to be published in DNS as it is shown. Until it is there, receivers treat the mail as not signed.

Examples:
  causeway dkim add contoso.example
  causeway dkim add contoso.example --algorithm ed25519      beside an RSA key";

pub(super) const REPORT_PREVIEW: &str = "\
Texts of the organization are files below texts/ in the directory of the two configuration files:
texts/de/5.4.316.ftl, texts/en/all.ftl, texts/de/5.4.316.external.ftl. See docs/reports.md.

Examples:
  causeway report preview --code 5.4.316 --lang de
  causeway report preview --code 5.1.1 --lang en --audience external --html > report.html
  causeway report preview --failure connection-refused --delayed";
