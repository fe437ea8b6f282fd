# The command line.

cli-in = in { $span }
cli-ago = { $span } ago
cli-now = now
cli-yes = yes
cli-no = no
cli-choice = [y/N]

# One message: queue show.
cli-message-titled = Message { $id } “{ $subject }”
cli-message-untitled = Message { $id }, without a subject
cli-message-from = It is from { $sender }. Its size is { $size }.
cli-message-report = It is a report and has no sender: nothing is ever sent back about it. Its size is { $size }.
cli-message-received = It was received on { $at } ({ $ago }) from { $origin }.
cli-origin-helo = { $address }, which called itself { $helo }
cli-origin-here = this server itself
cli-origin-user = It was handed in by { $user }, who had logged in.
cli-origin-connector = It came through the connector “{ $connector }”.
cli-message-about = It reports about message { $id }.
cli-message-id = Its Message-ID is { $id }.
cli-tried = { $count ->
    [0] Not tried yet.
    [one] Tried once.
   *[other] Tried { $count } times.
}
cli-waits-for = It waits, with other mail, for { $destination }.
cli-destination = Last tried at { $destination }.
cli-through = It goes through the connector “{ $connector }”.
cli-paused = The connector has sent as many messages as it may in this minute (max_messages_per_minute): it goes as soon as it is its turn.
cli-secured-not = The connection had no TLS.
cli-secured-dane = The connection was encrypted ({ $tls }); the peer’s TLSA records (DANE) proved who it is.
cli-secured-mta-sts = The connection was encrypted ({ $tls }); a certificate that the domain’s MTA-STS policy demands proved who the peer is.
cli-secured-certificate = The connection was encrypted ({ $tls }); a valid certificate proved who the peer is.
cli-secured-nothing = The connection was encrypted ({ $tls }); nothing proved who the peer is.
cli-weakness = What was not as it should be: { $reason }
cli-last-answer = The last answer was: { $answer }
cli-next = It is tried next on { $at } ({ $relative }); `causeway queue retry { $id }` tries it now.
cli-due = It is due now.
cli-expires = If nothing changes, it is returned to { $sender } on { $at } ({ $relative }).
cli-expires-report = If nothing changes, it is given up on { $at } ({ $relative }); as a report it has no sender to tell.
cli-delivering = It is being delivered at this moment.
cli-held = It is on hold until it is released (`causeway queue release { $id }`), returned or removed.
cli-delivered = It is in the mailbox here.
cli-relayed = Another server took it.
cli-expanded = It was replaced by other recipients.
cli-failed = It failed for good.
cli-events = What happened:
cli-trace-head = from { $sender }, received { $at }
cli-on-hold = on hold

# What is done with the queue.
cli-done-retry = { $count ->
    [one] { $count } recipient is tried now.
   *[other] { $count } recipients are tried now.
}
cli-retry-held = { $count ->
    [one] { $count } recipient is on hold and stays there; `causeway queue release` lets it go.
   *[other] { $count } recipients are on hold and stay there; `causeway queue release` lets them go.
}
cli-done-hold = { $count ->
    [one] { $count } recipient is on hold.
   *[other] { $count } recipients are on hold.
}
cli-done-release = { $count ->
    [one] { $count } recipient is released and tried now.
   *[other] { $count } recipients are released and tried now.
}
cli-done-return = { $count ->
    [one] { $count } recipient is returned to the sender with a report.
   *[other] { $count } recipients are returned to the senders with a report.
}
cli-done-remove = { $count ->
    [one] { $count } recipient is removed without a report.
   *[other] { $count } recipients are removed without a report.
}
cli-done-redirect = { $count ->
    [one] { $count } recipient is redirected.
   *[other] { $count } recipients are redirected.
}
cli-ask-remove = { $count ->
    [one] Remove the mail for { $count } recipient? It is gone then, and the sender is not told.
   *[other] Remove the mail for { $count } recipients? It is gone then, and the senders are not told.
}
cli-ask-return = { $count ->
    [one] Return { $count } recipient to the sender with a report?
   *[other] Return { $count } recipients to the senders with a report?
}
cli-ask-redirect = { $count ->
    [one] Send what is for { $count } recipient to another address?
   *[other] Send what is for { $count } recipients to another address?
}
cli-queue-empty = Nothing waits.
cli-no-match = Nothing matches.
cli-more-messages = … and more: the oldest { $count } are shown. Use --limit, a filter, or --json for all.
cli-more-rows = … perhaps more: the newest { $count } are shown. Use --limit, a filter, or --json for all.

# Mailboxes.
cli-no-mailboxes = There are no mailboxes. Add one with `causeway mailbox add ADDRESS`.
cli-mailbox-added = Mailbox { $address } added.
cli-mailbox-changed = Mailbox { $address } changed.
cli-mailbox-removed = Mailbox { $address } removed; its mail stays on disk.
cli-mailbox-password = { $address } has a new password.
cli-password-shown = The password is { $password } (shown this once; only a hash is kept).
cli-ask-mailbox-remove = Remove the mailbox { $address }? Nobody can log in any more, and mail for it is refused; the mail in it stays on disk.

# Domains, connectors, routes, relay.
cli-no-domains = There are no accepted domains. Add one with `causeway domain add DOMAIN`.
cli-no-connectors = There are no connectors.
cli-connector-out-own = Connector “{ $name }” sends mail to this organization’s own servers.
cli-connector-out-partner = Connector “{ $name }” sends mail to a partner’s servers.
cli-connector-in-own = Connector “{ $name }” recognises mail from this organization’s own servers.
cli-connector-in-partner = Connector “{ $name }” recognises mail from a partner’s servers.
cli-connector-takes = It takes recipients of { $domains }.
cli-every-domain = every domain
cli-connector-internet = All mail for the internet goes this way, too ([routing].internet).
cli-connector-mx = It sends to the MX hosts of the recipient’s domain.
cli-connector-host = It sends to { $hosts }.
cli-connector-hosts = It sends to { $hosts }, in this order.
cli-tls-opportunistic = It uses TLS where it is offered, and plain text otherwise.
cli-tls-encryption = It demands TLS, with whatever certificate.
cli-tls-certificate = It demands TLS with a valid certificate of an issuer we trust.
cli-tls-domain = It demands TLS with a valid certificate of an issuer we trust, for the name { $name }.
cli-tls-host = It demands TLS with a valid certificate of an issuer we trust, for the host’s name.
cli-connector-user = It logs in as { $user }.
cli-connector-equals = Hosts with “|” between them share the mail evenly.
cli-connector-sources = It sends from { $addresses }.
cli-connector-connections = At most { $count ->
    [one] one connection
   *[other] { $count } connections
 } at once.
cli-connector-pace = At most { $count ->
    [one] one message
   *[other] { $count } messages
 } in any minute.
cli-by-certificate = It knows them by a client certificate for { $name }.
cli-by-address = It knows them by an address in { $networks }.
cli-connector-senders = Their senders may be of { $domains }.
cli-every-sender = Their senders may be of every domain.
cli-connector-restricts = Mail of these senders is refused from anybody else (restrict_sender_domains).
cli-connector-identity = Only addresses of these domains may stand in their { $fields } (identity).
cli-tls-required = They must use TLS.
cli-tls-optional = TLS is up to them.
cli-connector-disabled = It is disabled: nothing goes this way (enabled = false in mailflow.toml).
cli-note = Note: { $note }
cli-waiting = { $count ->
    [0] No mail waits for it.
    [one] { $count } recipient waits for it.
   *[other] { $count } recipients wait for it.
}
cli-waiting-more = At least { $count } recipients wait for it.
cli-route-authoritative = { $domain } is an accepted domain, and all its mailboxes are here.
cli-route-own-address = { $domain } is an address of this server.
cli-route-internal = { $domain } is an accepted domain, and some of its mailboxes are elsewhere.
cli-route-external = { $domain } is not one of our domains.
cli-route-none = There is no way to { $recipient }.
cli-route-hops = Mail goes to { $hops }.
cli-route-through = Mail goes through the connector “{ $connector }” to { $hops }.
cli-because = Because: { $because }
cli-considered = Connectors that do not take it:
cli-relay-yes = It is a relay: the recipient’s domain is not one of ours.
cli-relay-no = It is no relay: the recipient’s domain is one of ours.
cli-allowed = It is allowed (rule { $rule }): { $because }
cli-not-allowed = It is not allowed (rule { $rule }): { $because }
cli-client-told = The client is told: { $reply }
cli-allowed-if = It would be allowed if:

# The ledger and the service.
cli-audit-accepted = accepted, of which
cli-audit-delivered = delivered into mailboxes here
cli-audit-relayed = taken by other servers
cli-audit-expanded = replaced by other recipients
cli-audit-queued = in the queue
cli-audit-held = on hold
cli-audit-reported = failed, with a report to the sender
cli-audit-silent = failed, and nobody was to be told
cli-audit-unaccounted = unaccounted for
cli-audit-missing = Something is missing: keep the data directory as it is, and see the server’s log.
cli-health-good = Everything works.
cli-health-bad = Something does not work as it should.
cli-health-alerts = { $count ->
    [one] { $count } open alert
   *[other] { $count } open alerts
} (causeway alert list): { $ids }
cli-health-worst = { $count ->
    [one] Most mail waits behind alert { $id }, { $path } ({ $count } recipient). { $cause }
   *[other] Most mail waits behind alert { $id }, { $path } ({ $count } recipients). { $cause }
}
cli-accounted = Every accepted recipient is accounted for.
cli-unaccounted = Unaccounted for: { $count }. See `causeway audit`.

# Explanations of reports.
cli-code-name = { $code } stands for: { $name }
cli-explain-none = This is no report about mail that could not be delivered.
cli-who-acts = Who acts: { $who }
cli-written-by = Written by: { $generator }
cli-server = Server: { $name }
cli-its-words = Its words: { $words }
cli-rule = Rule: { $rule }

# Who gets in.
cli-app-password-added = { $address } has a new application password “{ $name }”.
cli-app-password-revoked = The application password “{ $name }” of { $address } is revoked.
cli-no-app-passwords = { $address } has no application passwords. `causeway mailbox app-password add` makes one.
cli-never = never
cli-no-locks = Nothing is locked.
cli-everybody = everybody
cli-everywhere-else = wherever it never logged in
cli-unlocked = { $count ->
    [0] Nothing was locked.
    [one] { $count } lock has ended.
   *[other] { $count } locks have ended.
}
cli-no-pop-logins = No POP3 login entitles anybody at the moment.
cli-pop-logins-revoked = { $count ->
    [0] There was no such login.
    [one] { $count } login counts no more.
   *[other] { $count } logins count no more.
}
cli-pop-login-reported = { $client } may send; that ends { $ends }.

# Headings of tables.
cli-head-id = ID
cli-head-status = STATUS
cli-head-recipient = RECIPIENT
cli-head-sender = SENDER
cli-head-size = SIZE
cli-head-tries = TRIES
cli-head-next = NEXT
cli-head-result = LAST RESULT
cli-head-received = RECEIVED
cli-head-subject = SUBJECT
cli-head-address = ADDRESS
cli-head-aliases = ALIASES
cli-head-language = LANGUAGE
cli-head-quota = QUOTA
cli-head-forward = Forwards to
cli-forward-and-keep = { $address }, and is kept
cli-head-login = LOGIN
cli-head-domain = DOMAIN
cli-head-type = TYPE
cli-head-subdomains = SUBDOMAINS
cli-head-name = NAME
cli-head-direction = DIRECTION
cli-head-peer = PEER
cli-head-enabled = ENABLED
cli-head-domains = DOMAINS
cli-head-hosts = HOSTS
cli-head-tls = TLS
cli-head-part = PART
cli-head-since = SINCE
cli-head-detail = DETAIL
cli-head-send-as = SENDS AS
cli-head-made = MADE
cli-head-used = LAST USED
cli-head-client = CLIENT
cli-head-service = SERVICE
cli-head-user = USER
cli-head-failures = WRONG PASSWORDS
cli-head-ends = ENDS

# Changes of the mail flow.
cli-plan-nothing = Nothing would change in the mail flow.
cli-plan-layout = Only comments or layout differ.
cli-plan-changes = What changes:
cli-plan-effects = What that does:
cli-plan-no-effects = No mail that waits, no mailbox and nobody’s right to send is touched.
cli-plan-refused = Refused: { $why }
cli-plan-refused-errors = Refused, until this is right:
cli-plan-refused-unless = Refused: { $why }, or insist with --force
cli-plan-insisted = Insisted upon with --force, although: { $why }
cli-ask-apply = Put this in force?
cli-applied = Revision { $number } is in force.
cli-applied-already = This is in force already (revision { $number }).
cli-edits-kept = The edits that this replaced were never in force; the server keeps them in { $path }.
cli-and-more = (and { $count } more)
cli-revision = Revision { $number }, { $at }, by { $author }
cli-revision-reason = Reason: { $reason }
cli-head-revision = REVISION
cli-head-at = AT
cli-head-author = AUTHOR
cli-head-reason = REASON
cli-head-changes = CHANGES
cli-test-passed = Everything that is needed works.
cli-test-failed = It does not work.
cli-step-passed = passed
cli-step-warning = warning
cli-step-failed = FAILED
cli-step-skipped = skipped
cli-untested = never
cli-tested-before = changed since
cli-tested-good = passed { $at }
cli-tested-bad = FAILED { $at }
cli-connector-tested = Last test: { $result }.
cli-firewall-chosen = Addresses that are not in [delivery].source_addresses are chosen by the system, and can change with the network.
cli-head-tested = TESTED
cli-head-source = FROM
cli-head-port = PORT
cli-head-destination = TO
cli-head-connector = CONNECTOR

# A hybrid organization.
cli-hybrid-ask-domains = Domains whose mailboxes are partly here and partly on your own mail server (several: with commas):
cli-hybrid-ask-server = Your own mail server (HOST or HOST:PORT):
cli-hybrid-other-side = What to set on the other side, in this order
cli-hybrid-then = Then test the way there with a real message: { $command }
cli-hybrid-sources-unknown = the addresses that `causeway connector firewall` shows
cli-hybrid-certificate = Your own server: a certificate for { $name }, from an issuer that this server trusts. Without it no mail goes there.
cli-hybrid-receive = Your own server and its firewall: take SMTP from { $sources } for the mailboxes there.
cli-hybrid-receive-central = Your own server and its firewall: take SMTP from { $sources }, for the mailboxes there and, to be sent on, for the internet.
cli-hybrid-share = Your own server: treat { $domains } as shared (internal relay). What it has no mailbox for comes here; what came from here and has no mailbox there is refused, or it goes in circles.
cli-hybrid-send = Your own server: a send connector for mailboxes that are here, to { $host }, port { $port }.
cli-hybrid-send-tls = Your own server: a send connector for mailboxes that are here, to { $host }, port { $port }, with TLS; mail without it is refused.
cli-hybrid-mx = DNS: the only MX record of each domain is { $records }
cli-hybrid-mx-own = DNS: the only MX record of { $domains } points to your own server, by its name.
cli-hybrid-spf = DNS: the SPF record of { $domains } lets this server send: add { $parts }
cli-hybrid-spf-own = DNS: mail for the internet leaves through your own server; the SPF record of { $domains } must name its addresses and needs no others.

# Tokens.
cli-no-tokens = There are no tokens. `causeway token add NAME` makes one.
cli-token-added = The token “{ $name }” is made.
cli-token-shown = Token, shown only now: { $token }
cli-token-revoked = The token “{ $name }” is revoked.
cli-token-everything = everything
cli-token-looks = look
cli-head-may = MAY
# --- alerts and remedies ---
cli-no-alerts = No path fails, and none has failed lately.
cli-head-alert = ALERT
cli-head-state = STATE
cli-head-path = PATH
cli-head-waiting = WAITING
cli-head-code = CODE
cli-head-cause = CAUSE
cli-alert-open = open
cli-alert-closed = closed
cli-cause = { $cause } ({ $confidence })
cli-cause-unknown = not known yet; possible: { $cause }
cli-alert-is-closed = Alert { $id } is closed.
cli-alert-server = Server: { $server }
cli-also-confirmed = Also confirmed:
cli-also-possible = Also possible:
cli-ruled-out = Ruled out:
cli-fix-head = Alert { $id }: { $title }
cli-fix-no-change = The mail flow is not changed.
cli-fix-name-it = Nothing was done: this takes something away or has to be thought of first. Name it: causeway fix apply { $id } { $remedy }
cli-fix-others = Other ways out:
# Returned mail, help pages, keys for signing.
cli-returned-open = It can be sent again; that ends { $until }.
cli-returned-sent = It was sent again { $at }, as { $id }.
cli-returned-not-kept = Its content was not kept: there was no room for it ([queue] send_again_space).
cli-sent-again = { $count ->
    [one] { $of } is sent again to one recipient, as { $id }.
   *[other] { $of } is sent again to { $count } recipients, as { $id }.
}
cli-standing-gone = gone
cli-standing-holds = still holds
cli-standing-in-message = in the message
cli-standing-refused = refused there
cli-standing-unknown = not known
cli-head-seen = SEEN
cli-no-feedback = Nobody has answered yet whether a help page was helpful.
cli-head-audience = FOR
cli-head-helpful = HELPFUL
cli-head-not-helpful = NOT HELPFUL
cli-head-last = LAST ANSWER
cli-no-dkim = No mail is signed: there are no keys. `causeway dkim add DOMAIN` makes one.
cli-dkim-added = Mail from { $domain } is signed from now on. Publish this record in DNS:
cli-dkim-then = `causeway dkim list --check` tells when it is there.
cli-dkim-removed = Removed { $name }. Take the record out of DNS in a week, when mail on its way has arrived.
cli-dkim-published = published
cli-dkim-missing = not published: there is no such record in DNS
cli-dkim-different = not published: DNS has another record there
cli-dkim-no-answer = DNS gives no answer

# check.
cli-check-both = causeway.toml and mailflow.toml in { $directory } are right
cli-check-machine = causeway.toml in { $directory } is right; mailflow.toml is not there, so its defaults hold
cli-check-flow = mailflow.toml in { $directory } is right; causeway.toml is not there, so its defaults hold
cli-check-none = neither causeway.toml nor mailflow.toml is in { $directory }: the defaults hold
cli-check-warnings = { $count ->
    [one] { $files }, with 1 warning.
   *[other] { $files }, with { $count } warnings.
}
cli-check-errors = { $count ->
    [one] 1 error in { $directory }; the server would not start with this
   *[other] { $count } errors in { $directory }; the server would not start with this
}
