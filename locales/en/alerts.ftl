# Alerts about failing paths: evidence from our own records, how it came about, the ways out, and the
# messages to administrators.

known-failure = { $target }: { $reply }
known-no-tls = without TLS
known-last-success = mail last went through at { $at }, to { $target } ({ $tls })
known-never-worked = no mail has gone through here, as far as the records reach
known-changed = revision { $number } by { $author }, { $at }: { $what }
known-nothing-changed = nothing was changed here on this path since { $at }
known-address-changed = mail last went to { $before }; now it is tried at { $now }
known-others = { $failing ->
    [one] { $failing } destination fails
   *[other] { $failing } destinations fail
}, and since this one does, mail has gone to { $well ->
    [one] { $well } other host
   *[other] { $well } other hosts
} at the same port
known-no-other-servers = no connector leads to or from other servers of the organization
known-circle = by its Received fields the message has passed this server { $passes } times, in this circle: { $route }
known-other-time = by the greeting of the server it is { $theirs } there, and by it the certificate is valid; by the clock here it was { $ours }
known-taken-beside = { $refused ->
    [one] { $host } refused { $refused } message for some recipients of { $domain }; it took mail for another one, last at { $at }
   *[other] { $host } refused { $refused } messages for some recipients of { $domain }; it took mail for another one, last at { $at }
}
known-source-of-connector = { $known ->
    [yes] { $source } stands in source_addresses of the connector “{ $connector }” in mailflow.toml; this machine has { $own }
   *[no] { $source } stands in source_addresses of the connector “{ $connector }” in mailflow.toml
}
known-source-of-machine = { $known ->
    [yes] { $source } stands in source_addresses of [delivery] in causeway.toml; this machine has { $own }
   *[no] { $source } stands in source_addresses of [delivery] in causeway.toml
}
known-mailboxes-here = { $count ->
    [one] { $count } mailbox of { $domain } is on this server
   *[other] { $count } mailboxes of { $domain } are on this server
}

story-changed-here = It worked until { $worked }. Then revision { $number } ({ $author }, { $at }) changed this path here: { $what }.
story-worked-until = It worked until { $at }, and nothing was changed here since: the reason lies at the other end or on the way.
story-unchanged = It worked until { $at }, and nothing was changed here on this path since.
story-never-worked = It has never worked, as far as the records reach.
story-everything-fails = { $failing ->
    [one] Another destination that worked lately fails now in the same way
   *[other] { $failing } other destinations that worked lately fail now in the same way
}, and none is reached: the reason lies here.

# Where none of the known causes is left.
no-cause-fits = None of the known causes fits: each of them is ruled out.
    .do = See what ruled them out (causeway alert show), and ask the other end what it sees; what both ends saw narrows it down.
no-cause-holds = What failed works by now: none of the known causes holds any more.
    .do = Nothing: the next attempt tells whether mail flows.

outlook-waiting = The next attempt is at { $next }. If nothing changes, the first message is returned to its sender at { $returned }.
outlook-next = The next attempt is at { $next }.
outlook-nothing = Nothing waits for a next attempt.
outlook-returned = If nothing changes, the first message is returned to its sender at { $returned }.
outlook-gone = What failed works by now; the next attempt is at { $next }.
outlook-gone-now = What failed works by now.

# Ways out that the server can go by itself.
remedy-revert = Put revision { $number } of the mail flow in force again
    .warning = This takes back a demand for TLS: mail on this path may then go in plain text, or to a server that has not proven who it is. Do it only when you know the way is safe.
remedy-correct-smart-host = Set the smart host of the connector “{ $connector }” to { $value }
    .warning = The name only looks like the one in the connector; it may be somebody else’s. Make sure that it is the server you mean.
remedy-correct-port = Set the smart host of the connector “{ $connector }” to { $value }, the port that a mail server answers on
remedy-correct-tls-name = Expect the name { $value }, which the certificate carries, in the connector “{ $connector }”
    .warning = Anyone can show a certificate for a name of their own. Make sure, by asking them in another way, that this is the name of the server you mean.
remedy-make-authoritative = Set the domain { $domain } to authoritative: addresses without a mailbox here are refused from then on
remedy-disable-connector = Switch the connector “{ $connector }” off
    .warning = Its mail then goes another way, to the internet if no other connector takes it, without the TLS that this connector demands.
remedy-remove-connector = Remove the connector “{ $connector }”
    .warning = Its mail then goes another way, to the internet if no other connector takes it, without the TLS that this connector demands.
remedy-flush-dns = Forget the DNS answers held here, and try again
remedy-retry = Try again now
remedy-raise-tls = Demand a certificate for { $value }, the name that the one shown carries, in the connector “{ $connector }”
    .warning = The password then goes to whoever has a valid certificate for { $value }. Do it only when you know that this is the name of the server that is meant.
fix-no-way-by-mx = Without the connector mail for { $domain } has no way now: { $why }
remedy-lower-tls = Demand less of TLS in the connector “{ $connector }”: { $value }
    .warning = This makes mail on this path less safe: others on the way may read or alter it, and who receives it is no longer proven. Do it only when you know the way is safe, and set it back afterwards.
remedy-remove-credentials = Take the user name and the password out of the connector “{ $connector }”
    .warning = Mail then goes without logging in, to a server that has not proven who it is. Do it only when the server takes mail from here without a login and the way is safe.

confidence-confirmed = confirmed
confidence-likely = likely
confidence-unknown = not known

closing-mail-flows = mail flows again
closing-nothing-waits = no mail waits for this path any more
closing-by-hand = closed by { $author }

fix-pending = applied at { $at }; the next delivery will tell whether it helped
fix-unused = applied at { $at }; nothing waits for this path any more, and nothing has shown whether mail flows
fix-helped = applied at { $at }, and it helped
fix-did-not-help = applied at { $at }, and it did not help: { $reply }
fix-probe-works = A probe right afterwards came through: the server gives a session as the connector demands. Whether it takes mail, the next delivery tells.
fix-probe-works-direct = A probe right afterwards came through: the server gives a session. Whether it takes mail, the next delivery tells.
fix-probe-fails = A probe right afterwards did not come through.

alert-subject-open = Mail waits: { $path } ({ $code })
alert-subject-closed = Mail flows again: { $path }
alert-subject-many = { $count ->
    [one] { $count } failing path
   *[other] { $count } failing paths
}: news about alerts
alert-greeting = This is { $host }, the mail server of { $organization }.
alert-head-open = Alert { $id }: { $path } fails.
alert-head-closed = Alert { $id } is closed: { $path } – { $why }.
alert-line-cause = Cause ({ $confidence }): { $cause }
alert-line-cause-unknown = Cause: not known yet. Possible: { $cause }
alert-line-cause-none = Cause: { $cause }
alert-line-also-confirmed = Also confirmed: { $cause }
alert-line-who = Whose move: { $who }
alert-line-do = What to do: { $action }
alert-line-failure = Last failure: { $reply }
alert-line-waiting = { $count ->
    [0] Nothing waits for it. It failed first at { $since }.
    [one] { $count } recipient waits, since { $since }
   *[other] { $count } recipients wait, since { $since }
}
alert-line-evidence = Evidence:
alert-line-remedies = What this server can do (causeway fix plan { $id }):
alert-line-more = { $count ->
    [one] One more alert changed
   *[other] { $count } more alerts changed
}; see: causeway alert list
alert-footer = See: causeway alert show { $id }

# What wants attention beside failing paths: what it is, what to do, and what it rests on.
notice-mail-loop = Mail for { $subject } goes in circles
    .do = Follow the circle: one of its servers sends the mail back here instead of delivering it. Correct the connector that leads there, or set { $subject } to authoritative when all its mailboxes are here.
notice-unused-connector = The connector “{ $subject }” carries no mail
    .do = Switch the connector off or remove it when it is not needed any more. If mail should go this way, test it: causeway test outbound, causeway route explain.
notice-mx-elsewhere = The MX records of { $subject } do not lead here
    .do = At your DNS provider, set the MX records of { $subject } to this server. If mail is meant to come through another server first, name it in expected_mx. If the domain has moved away, remove it here.
notice-foreign-senders = Our own networks send as { $subject }, which is not an accepted domain
    .do = If { $subject } is yours, accept it. If not, correct the devices that send as it, or write sender_domains to their entry in [relay].addresses: what they send as others is refused then.
notice-certificate-ends = The certificate of { $subject } is valid only until { $ends }
    .do = Renew the certificate and its chain in the files named in [tls]; they are read again by themselves.
    .theirs = Tell whoever runs this server to renew its certificate. Where the connector checks certificates, mail waits from the day it ends.
notice-old-clients = Mail programs or devices try to log in without a safe TLS
    .do = Update these programs or devices, or set them to TLS 1.2 or newer (STARTTLS on port 587, TLS on port 465). Until then they cannot send: passwords are taken only over a safe connection.
notice-queue-grows = More mail comes than goes out ({ $subject })
    .all = More mail comes in than goes out, all paths taken together
    .do = See what comes in: causeway queue list, causeway trace. One sender may be sending too much. If it is meant to be so much, allow the path more connections (max_connections), or ask the other side for a higher limit.
notice-unknown-recipients = Many recipients that do not exist are tried: { $subject }
    .do = All of them are refused; nothing is lost. If the addresses look like guesses, somebody collects addresses: block the networks in your firewall. If they were real once, tell the sender, or add mailboxes or aliases.
notice-log-lost = Lines of the log of { $subject } are lost
    .do = Mail is not affected, and what happened to every message is in the trace. Make room on the disk that the log is on, or see why the program that reads it has stopped.

noted-route = the message had gone through { $hops } servers, and went round here: { $route }
noted-sent-by-connector = its Received fields name { $id }, which this server had sent ({ $at }) through the connector “{ $connector }” to { $host }
noted-sent-by-mx = its Received fields name { $id }, which this server had sent ({ $at }) by MX records to { $host }
noted-there-since = the connector “{ $connector }” has been in use since { $at }
noted-last-used = the connector “{ $connector }” carried mail last at { $at }
noted-never-used = the connector “{ $connector }” has not carried any mail since then
noted-senders = { $count ->
    [one] { $count } message
   *[other] { $count } messages
} within a day with a sender in { $domain }
noted-client = { $client }: { $count } times
noted-old-tls = { $client } offers only { $offered } ({ $count } times)
noted-old-tls-of = { $client } offers only { $offered } ({ $count } times); { $account } logged in from there lately
noted-no-tls = { $client } tries without TLS ({ $count } times)
noted-no-tls-of = { $client } tries without TLS ({ $count } times); { $account } logged in from there lately
noted-certificate = the certificate that { $holder } shows (for { $names }, from { $issuer }) ends at { $ends }
noted-growth = { $now } recipients wait; { $before } waited { $span } before, and { $delivered } messages went out meanwhile
noted-unknown = { $count ->
    [one] { $count } recipient that does not exist was
   *[other] { $count } recipients that do not exist were
} tried within { $span } ({ $subject })
noted-lines-not-read = { $count ->
    [one] { $count } line found no room, as nobody reads the log
   *[other] { $count } lines found no room, as nobody reads the log
}
noted-lines-lost = { $count ->
    [one] { $count } line was not written
   *[other] { $count } lines were not written
}: { $problem }

remedy-accept-domain = Accept the domain { $domain } (authoritative)
    .warning = Mail to this domain is then delivered here and nowhere else: who has no mailbox here is refused. Do it only when the domain is yours, and add its mailboxes; where they are elsewhere, set it to internal_relay with a connector.
remedy-look-again = Look again now
closing-mended = it is mended, or has not been seen again
fix-watched = applied at { $at }; what comes next will tell whether it helped
fix-still-so = applied at { $at }, and it is still so
alert-subject-over = Over: { $cause }
alert-head-notice = Alert { $id }: { $cause }.
alert-line-since = Since: { $since }
