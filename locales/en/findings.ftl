# What probes find, as lines of evidence that a person can check. Peers' words are put in as they came.

finding-nothing = nothing
finding-dns-records = { $server } answers { $records } for { $name } { $kind } (valid for { $ttl } s)
finding-dns-none = { $server } says that { $name } has no { $kind } record
finding-dns-no-such-name = { $server } says that { $name } does not exist (NXDOMAIN)
finding-dns-error = { $server } answers { $code } for { $name } { $kind }
finding-dns-lame = { $server } is named as a name server of the zone and does not serve it: for { $name } { $kind } it gives { $said }
finding-dns-silent = { $server } did not answer within { $span } for { $name } { $kind }
finding-dns-unreachable = { $server } could not be asked for { $name } { $kind }: { $detail }
finding-delegation = { $parent } delegates { $zone } to { $servers }
finding-not-delegated = { $parent }, which serves { $zone }, says that { $name } does not exist: it was never registered, has expired or was removed
finding-delegation-unknown = the name servers of { $zone }, on the way to { $name }, gave no answer: { $said }
finding-server-without-address = { $server } is named as a name server of { $zone } and has no address
finding-serial = { $server } has serial number { $serial } of { $zone }
finding-answers-differ = the name servers differ about { $name } { $kind }: { $said }
finding-answers-agree = { $count ->
    [one] the one name server that answers says for { $name } { $kind }: { $records }
   *[other] all { $count } name servers that answer say for { $name } { $kind }: { $records }
}
finding-cached-old = the resolver { $server } still gives { $cached } for { $name } { $kind }; the zone’s own servers say { $current }; the old answer ends in { $span }
finding-cached-old-unknown = the resolver { $server } still gives { $cached } for { $name } { $kind }; the zone’s own servers say { $current }; it does not tell when the old answer ends
finding-own-cache-old = this server itself still holds { $cached } for { $name } { $kind }, for another { $span }; the zone’s own servers say { $current }
finding-cached-current = the resolver { $server } gives the same answer for { $name } { $kind } as the zone’s own servers
finding-dnssec-bogus = the resolver { $server } fails for { $name } { $kind } only because DNSSEC does not validate; without checking it answers { $records }
finding-dnssec-not-the-cause = the resolver { $server } gives the same for { $name } { $kind } with and without DNSSEC checking
finding-resolver-works = the resolver { $server } answers for { $name }, which worked lately
finding-resolver-fails = no name that worked lately is answered: { $said }
finding-mail-hosts = mail for { $domain } goes to { $hosts }
finding-mail-hosts-implicit = { $domain } has no MX record and is its own mail host: { $hosts }
finding-mail-hosts-unknown = the mail hosts of { $domain } cannot be found: { $failure }
finding-mx-unusable = { $domain } has MX records that name no host: { $records }
finding-null-mx = { $domain } declares that it takes no mail (null MX)
finding-alias = { $name } is another name: { $chain }
finding-mx-as-expected = { $count ->
    [one] the MX record of { $domain } names the expected host
   *[other] all { $count } MX records of { $domain } name expected hosts
}
finding-mx-mixed = the MX records of { $domain } name expected hosts ({ $expected }) and others ({ $others })
finding-mx-elsewhere = no MX record of { $domain } names an expected host; they name { $found }
finding-resembles = { $name } looks like { $known }, which works
finding-resembles-nothing = { $name } does not look like any name that is known to work
finding-connected = { $address } takes connections; we came from { $from }
finding-connected-from-anywhere = { $address } takes connections
finding-connect-failed = { $address }: { $failure }
finding-control-reached = { $site } ({ $address }), which worked lately, can be reached
finding-control-failed = { $site } ({ $address }), which worked lately, cannot be reached either: { $failure }
finding-no-controls = there is nothing that worked lately to compare with
finding-submission-open = { $address }, the port for mail programs, takes connections: the host is alive
finding-submission-closed = { $address }, the port for mail programs: { $failure }
finding-greeting = { $address } greets with: { $reply }
finding-hello = { $address } offers: { $keywords }
finding-hello-encrypted = { $address } offers, once TLS is up: { $keywords }
finding-hello-plain = { $address } knows only HELO, and so no TLS
finding-session-failed = { $address }, { $stage }: { $failure }
finding-masked = something on the way to { $address } rewrites SMTP: { $signs }
finding-starttls-offered = { $address } offers STARTTLS
finding-starttls-missing = { $address } does not offer STARTTLS
finding-starttls-refused = { $address } offers STARTTLS and then refuses it: { $reply }
finding-alive = { $address } still answers after { $after } ({ $octets } octets at once)
finding-recipient-taken = { $address } would take mail from <{ $sender }> to <{ $recipient }>: { $reply }
finding-recipient-refused = { $address } does not take mail from <{ $sender }> to <{ $recipient }>: { $reply }
finding-breaks-after = { $address } fails after { $command }: { $how }
finding-break-closed = the connection is closed
finding-break-silent = nothing comes any more
finding-large-lost = { $address } answers what is { $works } octets long and fails at { $lost } octets: { $how }
finding-tls-works = TLS with { $address } works: { $description }
finding-tls-failed = TLS with { $address } fails: { $failure }
finding-certificate-shown = { $address } shows a certificate for { $names }, issued by { $issuer }, valid from { $from } until { $until }, with { $count } further certificates
finding-certificate-good = the certificate of { $address } is valid, and for { $name }
finding-certificate-bad = the certificate of { $address } is not accepted: { $failure }
finding-certificate-bad-allowed = the certificate of { $address } is not good, and nothing demands a good one: { $failure }
finding-ocsp-missing = { $address } sends nothing along of what its issuer says of the certificate (OCSP); few mail servers do
finding-ocsp = { $address } sends along what its issuer says of the certificate (OCSP): { $said }; as of { $from }, valid until { $until }
finding-ocsp-doubted = { $address } sends along a statement about its certificate (OCSP): { $said }; as of { $from }, valid until { $until }. It is not relied on: { $why }
finding-ocsp-unreadable = { $address } sends along something in place of its issuer’s statement (OCSP) that cannot be read
finding-ocsp-unanswered = { $address } sends along an answer of its issuer (OCSP) that only says that there is none at present
finding-ocsp-other = { $address } sends along its issuer’s statement (OCSP) about another certificate
ocsp-good = it is not revoked
ocsp-revoked = it is revoked since { $at }
ocsp-unknown = the issuer does not know it
ocsp-no-end = a newer one comes
ocsp-doubt-issuer = the certificate’s issuer is not trusted here
ocsp-doubt-signature = it is not signed by the issuer of the certificate
ocsp-doubt-old = its time is over
ocsp-doubt-early = its time is yet to come
finding-not-probed-budget = not tried: the limit for probes is reached for now
finding-not-probed-time = not tried: the time for this site’s probes was over
finding-not-probed-busy = not tried: probes for this site are under way already

# Signs of something that rewrites SMTP.
masking-greeting = the greeting is covered ({ $greeting })
masking-keywords = keywords are crossed out ({ $keywords })
masking-removed = { $keywords } is not announced and works all the same
masking-ehlo = EHLO is refused by a server that calls itself ESMTP ({ $reply })
masking-command = { $command } arrives changed ({ $reply })

# Failures as clauses of such lines.
failed-no-such-name = the name { $name } does not exist
failed-no-address = { $name } has no address
failed-dns-error = { $server } answers { $code } for { $name }
failed-dns-silent = no name server answered for { $name } within { $span }
failed-dnssec = the answer for { $name } does not validate (DNSSEC)
failed-connect-silent = no answer to the connection request within { $span }
failed-refused = the connection is refused
failed-unreachable = it cannot be reached: { $detail }
failed-silent = connected, and then nothing came within { $span }
failed-closed = the connection was closed after { $octets } octets
failed-replied = it answered “{ $reply }”
failed-not-smtp = what came is not SMTP ({ $detail })
failed-no-starttls = STARTTLS is not offered
failed-tls = { $detail }
failed-tls-too-old = it offers at best { $offered }, which is not safe
failed-tls-nothing-in-common = no secure cipher or key exchange in common ({ $detail })
certificate-expired = it expired on { $moment }
certificate-not-yet-valid = it is not valid before { $moment }
certificate-name = it is for { $presented }, not for { $expected }
certificate-unknown-issuer = its issuer is not trusted here ({ $issuer })
certificate-incomplete = the server does not send the certificate of its issuer ({ $issuer })
certificate-self-signed = it is self-signed
certificate-revoked = it is revoked
certificate-invalid = { $detail }
