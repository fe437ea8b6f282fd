# What a change of the mail flow changes and does: plan, apply, history.

# Things.
subject-organization = the organization
subject-queue = the queue
subject-identity = identity
subject-relay = relay
subject-pop = POP-before-SMTP
subject-dkim = dkim
subject-alerts = alerts
subject-domain = the domain { $name }
subject-connector = connector "{ $name }"
subject-address = the authorised address { $name }

# What they have.
field-name = its name
field-postmaster = the postmaster
field-languages = its languages
field-alerts = the recipients of alerts
field-public-url = the address of its pages
field-expire = how long mail is tried
field-delay-notice = when senders are told of a delay
field-retry = the times between attempts
field-send-again = how long returned mail can be sent again
field-send-again-space = how much returned mail is kept for that
field-enforce = the fields that are checked
field-protect = the fields in which strangers may not use our domains
field-type = its type
field-peer = its peer
field-recipient-domains = recipient domains
field-smart-hosts = smart hosts
field-way = its way
field-tls = TLS
field-tls-domain = the name in the certificate
field-login = its login
field-sources = the addresses it sends from
field-connections = its bound of connections
field-pace = its bound of messages per minute
field-note = its note
field-sender-domains = sender domains
field-peer-addresses = source addresses
field-peer-certificate = the name in the peer's certificate
field-window = how long a login counts
field-style = what refusals look like
field-own-domains = what becomes of our domains from outside
field-signed = the mail that is signed
field-until = its end
field-its-sender-domains = its sender domains
field-alert-failures = how often a connector fails before there is one
field-alert-messages = how much waits for another path before there is one
field-alert-after = how long another path fails before there is one
field-mail-every = the time between two messages
field-webhook = their web hook
field-alerts-kept = how long they are kept
field-key = the key { $key }

# Values.
value-none = none
value-all = all
value-octets = { $count } octets
value-reports = reports
value-submission = submission
value-refused = refused
value-held = held
value-until = { $name }, until { $until }
value-cut = { $some }, … ({ $count } in all)
value-and-more = { $some } and { $count } more
value-and-more-rights = { $some }; and { $count } more
value-authoritative = authoritative
value-internal-relay = internal relay
value-no-domain = no domain of its own
value-mx = the MX hosts of the domains
value-own-servers = the organization's own servers
value-partner-servers = a partner's servers
value-certificate = certificate { $name }
value-login = "{ $user }" with { $file }
value-directly = directly
value-through = through connector "{ $name }"

# What changes.
change-value = { $subject } changes { $name } from { $old } to { $new }
change-gets = { $subject } gets { $name } { $new }
change-loses = { $subject } loses { $name } { $old }
change-further = { $subject } changes { $name } further down in the list
change-internet = mail for the internet leaves { $new } instead of { $old }
change-domain-gone = the domain { $name } is no longer accepted
change-domain-new = the domain { $name } becomes accepted ({ $kind })
change-domain-new-below = the domain { $name } becomes accepted ({ $kind }, with its subdomains)
change-below = { $subject } takes its subdomains, too
change-not-below = { $subject } no longer takes its subdomains
change-connector-gone = connector "{ $name }" is removed
change-direction = connector "{ $name }" changes its direction: { $added }
change-outbound-new = connector "{ $name }" is added: mail for { $domains } leaves through { $hosts }, TLS { $tls }
change-outbound-new-disabled = connector "{ $name }" is added (disabled): mail for { $domains } leaves through { $hosts }, TLS { $tls }
change-inbound-new = connector "{ $name }" is added: mail from { $peer } is recognised by { $marks }
change-inbound-new-disabled = connector "{ $name }" is added (disabled): mail from { $peer } is recognised by { $marks }
change-enabled = { $subject } is enabled
change-disabled = { $subject } is disabled
change-tls = { $subject } demands TLS
change-no-tls = { $subject } no longer demands TLS
change-restricts = { $subject } has its sender domains for itself: mail from them is refused from anybody else
change-no-longer-restricts = { $subject } no longer has its sender domains for itself
change-network-gone = the network { $name } is no longer authorised to relay
change-network-new = the network { $name } is authorised to relay
change-address-gone = the address { $name } is no longer authorised to relay
change-address-new = the address { $name } is authorised to relay
change-nothing = only comments or layout differ

# Ways of mail that waits.
way-local = into the mailbox here
way-connector = through connector "{ $name }" to { $hosts }
way-mx = to the MX hosts of their domains
way-unknown = nowhere (no such mailbox)
way-nowhere = nowhere ({ $why })
way-loop = connector "{ $name }" would send it back to where it came from
way-no-connector = no enabled connector takes it
demand-tls = TLS { $tls }
demand-tls-domain = TLS { $tls } for { $name }
demand-login = login "{ $user }" with the password of { $file }
demand-sources = from { $addresses }

# What it does.
effect-unknown = queued recipients do not exist any more and are returned to their senders (550 5.1.1)
effect-returned = queued recipients have no way out and are returned to their senders at once (554 5.4.14): { $why }
effect-waits-for-a-way = queued recipients have no way out: they wait (450 4.4.1), and are returned to their senders when nothing changes before their time in the queue is over: { $why }
effect-differently = queued recipients go through connector "{ $name }" with { $new } instead of { $old }
effect-rerouted = queued recipients go { $new } instead of { $old }
effect-others = queued recipients in other ways than those above
effect-for-example = { $detail }; for example { $examples }
effect-all = { $detail }; { $examples }
effect-unreachable = mailboxes get no mail from outside any more, as their domain is no longer accepted: { $who }
effect-would-be-refused = queued recipients would be refused if they came in now ({ $code }); they stay in the queue and are sent
effect-restricted = mail of these senders is refused from everybody but the connector's peer (550 5.7.51): { $who }
effect-restricted-peers = mail of these senders is refused from servers that were known for them (550 5.7.51): { $who }
effect-unrestricted = mail of these senders is taken from everybody from now on: { $who }
effect-tls-demanded = mail is refused without TLS from now on (530 5.7.0): { $who }
effect-internet-direct = mail for the internet leaves directly from now on: the connector "{ $name }", which [routing].internet names, is disabled
effect-domains-lost = mail from outside is refused from now on for { $who }
effect-stricter = only mailboxes here exist from now on, every other recipient is refused (550 5.1.1), for { $who }
effect-looser = recipients that are not here are taken and sent on from now on, no longer refused (550 5.1.1), for { $who }
effect-no-way = mail for recipients that are not here fails from now on, because no enabled connector takes it: { $who }
effect-loop = mail for recipients that are not here fails from now on, because the only connector that takes it leads back to where it came from: { $who }
effect-way-back = mail that these servers send for { $domains } no longer goes through { $connectors }, as that counts as the way back to them: for a domain that is not ours it takes the next way, for an internal relay domain it is returned (554 5.4.14): { $who }
effect-no-way-back = mail that these servers send for { $domains } goes through { $connectors } from now on, as that no longer counts as the way back to them: { $who }
effect-mx-loop = mail for recipients that are not here goes to the domain's MX hosts from now on, and in circles if those are this server: { $who }
effect-own-senders-only = users who log in may use only their own addresses from now on in { $fields }
effect-any-sender = users who log in may use any address from now on in { $fields }
effect-own-domains-refused = strangers may no longer use our domains in { $fields }
effect-own-domains-taken = strangers may use our domains from now on in { $fields }
effect-peer-senders-only = the servers behind these connectors may send only as their sender domains from now on (550 5.7.60): { $who }
effect-peer-senders-taken = the servers behind these connectors may send as more domains from now on: { $who }
right-connector-fields = "{ $connector }" in { $fields } ({ $domains })
effect-relay-gained = may send to every domain from now on: { $who }
effect-relay-lost = may no longer send to domains that are not ours: { $who }
right-network = clients in { $name }
right-address = { $name }
right-pop = whoever has read mail by POP3 in the last { $window }
right-as = { $right }, as { $senders }
right-any-sender = { $right }, as any sender
right-until = { $right }, until { $until }
right-after = { $right }, after { $until }
right-by-certificate = with the certificate { $name }
right-by-address = in { $name }
right-servers = servers { $mark }
right-servers-tls = servers { $mark }, with TLS
right-servers-clear = servers { $mark }, without TLS
right-servers-as = servers { $mark }, as { $senders }
right-servers-as-tls = servers { $mark }, as { $senders }, with TLS
right-servers-as-clear = servers { $mark }, as { $senders }, without TLS

# Why not.
refused-problems = { $problem } (and { $count } more)
refused-relay = this would be an open relay: { $answer }
refused-stranded = { $count ->
    [one] 1 queued recipient is of a domain that would no longer be accepted ({ $domains }); deliver, redirect or return it first (causeway queue list --domain { $first })
   *[other] { $count } queued recipients are of domains that would no longer be accepted ({ $domains }); deliver, redirect or return them first (causeway queue list --domain { $first })
}

# The file beside the change.
flow-emptied = this leaves no mail flow at all: no domain would be accepted any more (revision { $number } is not empty)
flow-replaces-edits = mailflow.toml has been edited since revision { $number }, and this would replace the edits, which are in no revision: apply them first (causeway apply), or insist with --force, which keeps them in a file beside it
