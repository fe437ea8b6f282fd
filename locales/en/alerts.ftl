# Alerts about failing paths: evidence from our own records, how it came about, the ways out, and the
# messages to administrators.

known-failure = { $target }: { $reply }
known-no-tls = without TLS
known-last-success = mail last went through at { $at }, to { $target } ({ $tls })
known-never-worked = no mail has gone through here, as far as the records reach
known-changed = revision { $number } by { $author }, { $at }: { $what }
known-nothing-changed = nothing was changed here on this path since { $at }
known-address-changed = mail last went to { $before }; now it is tried at { $now }
known-others = { $failing } destinations fail, { $well } took mail lately
known-mailboxes-here = { $count ->
    [one] { $count } mailbox of { $domain } is on this server
   *[other] { $count } mailboxes of { $domain } are on this server
}

story-changed-here = It worked until { $worked }. Then revision { $number } ({ $author }, { $at }) changed this path here: { $what }.
story-worked-until = It worked until { $at }, and nothing was changed here since: the reason lies at the other end or on the way.
story-never-worked = It has never worked, as far as the records reach.
story-everything-fails = Nothing else can be reached either ({ $failing } destinations fail): the reason lies here.

outlook-waiting = The next attempt is at { $next }. If nothing changes, the first message is returned to its sender at { $returned }.
outlook-next = The next attempt is at { $next }.
outlook-nothing = Nothing waits for a next attempt.
outlook-gone = What failed works by now; the next attempt is at { $next }.

# Ways out that the server can go by itself.
remedy-revert = Put revision { $number } of the mail flow in force again
remedy-correct-smart-host = Set the smart host of the connector “{ $connector }” to { $value }
remedy-correct-port = Set the smart host of the connector “{ $connector }” to { $value }, the port that a mail server answers on
remedy-correct-tls-name = Expect the name { $value }, which the certificate carries, in the connector “{ $connector }”
remedy-make-authoritative = Set the domain { $domain } to authoritative: all its mailboxes are here
remedy-disable-connector = Switch the connector “{ $connector }” off
remedy-remove-connector = Remove the connector “{ $connector }”
remedy-flush-dns = Forget the DNS answers held here, and try again
remedy-retry = Try again now
remedy-lower-tls = Demand less of TLS in the connector “{ $connector }”: { $value }
    .warning = This makes mail on this path less safe: others on the way may read or alter it, and who receives it is no longer proven. Do it only when you know the way is safe, and set it back afterwards.

confidence-confirmed = confirmed
confidence-likely = likely
confidence-unknown = not known

closing-mail-flows = mail flows again
closing-nothing-waits = no mail waits for this path any more
closing-by-hand = closed by { $author }

fix-pending = applied at { $at }; the next delivery will tell whether it helped
fix-helped = applied at { $at }, and it helped
fix-did-not-help = applied at { $at }, and it did not help: { $reply }
fix-probe-works = A probe right afterwards came through: the server takes mail as the connector demands.
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
alert-line-who = Whose move: { $who }
alert-line-do = What to do: { $action }
alert-line-failure = Last failure: { $reply }
alert-line-waiting = { $count ->
    [one] { $count } recipient waits
   *[other] { $count } recipients wait
}, since { $since }
alert-line-evidence = Evidence:
alert-line-remedies = What this server can do (causeway fix plan { $id }):
alert-line-more = { $count ->
    [one] One more alert changed
   *[other] { $count } more alerts changed
}; see: causeway alert list
alert-footer = See: causeway alert show { $id }
