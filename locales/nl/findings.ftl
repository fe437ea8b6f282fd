# Wat proeven opleveren, als controleerbaar bewijs. Woorden van de andere kant staan er zoals ze kwamen.

finding-nothing = niets
finding-dns-records = { $server } antwoordt { $records } voor { $name } { $kind } (geldig voor { $ttl } s)
finding-dns-none = volgens { $server } heeft { $name } geen { $kind }-record
finding-dns-no-such-name = volgens { $server } bestaat { $name } niet (NXDOMAIN)
finding-dns-error = { $server } antwoordt { $code } voor { $name } { $kind }
finding-dns-lame = { $server } staat als naamserver van de zone genoemd en bedient die niet: voor { $name } { $kind } komt { $said }
finding-dns-silent = { $server } antwoordde binnen { $span } niet voor { $name } { $kind }
finding-dns-unreachable = { $server } kon niet worden gevraagd naar { $name } { $kind }: { $detail }
finding-delegation = { $parent } delegeert { $zone } aan { $servers }
finding-not-delegated = volgens { $parent }, die { $zone } bedient, bestaat { $name } niet: nooit geregistreerd, verlopen of verwijderd
finding-delegation-unknown = de naamservers van { $zone }, op de weg naar { $name }, gaven geen antwoord: { $said }
finding-server-without-address = { $server } staat als naamserver van { $zone } genoemd en heeft geen adres
finding-serial = { $server } heeft serienummer { $serial } van { $zone }
finding-answers-differ = de naamservers zijn het oneens over { $name } { $kind }: { $said }
finding-answers-agree = { $count ->
    [one] de ene naamserver die antwoordt, zegt voor { $name } { $kind }: { $records }
   *[other] alle { $count } naamservers die antwoorden, zeggen voor { $name } { $kind }: { $records }
}
finding-cached-old = de resolver { $server } geeft nog { $cached } voor { $name } { $kind }; de servers van de zone zelf zeggen { $current }; het oude antwoord eindigt over { $span }
finding-cached-old-unknown = de resolver { $server } geeft nog { $cached } voor { $name } { $kind }; de servers van de zone zelf zeggen { $current }; wanneer het oude antwoord eindigt, zegt hij niet
finding-own-cache-old = deze server zelf houdt nog { $span } { $cached } vast voor { $name } { $kind }; de servers van de zone zelf zeggen { $current }
finding-cached-current = de resolver { $server } geeft voor { $name } { $kind } hetzelfde antwoord als de servers van de zone
finding-dnssec-bogus = de resolver { $server } faalt voor { $name } { $kind } alleen door de DNSSEC-controle; zonder controle antwoordt hij { $records }
finding-dnssec-not-the-cause = de resolver { $server } geeft voor { $name } { $kind } hetzelfde met en zonder DNSSEC-controle
finding-resolver-works = de resolver { $server } antwoordt voor { $name }, dat kortgeleden werkte
finding-resolver-fails = geen naam die kortgeleden werkte, wordt beantwoord: { $said }
finding-mail-hosts = mail voor { $domain } gaat naar { $hosts }
finding-mail-hosts-implicit = { $domain } heeft geen MX-record en is zijn eigen mailserver: { $hosts }
finding-mail-hosts-unknown = de mailservers van { $domain } zijn niet te vinden: { $failure }
finding-mx-unusable = { $domain } heeft MX-records die geen host noemen: { $records }
finding-null-mx = { $domain } verklaart geen mail aan te nemen (null MX)
finding-alias = { $name } is een andere naam voor: { $chain }
finding-mx-as-expected = { $count ->
    [one] het MX-record van { $domain } noemt de verwachte server
   *[other] alle { $count } MX-records van { $domain } noemen verwachte servers
}
finding-mx-mixed = de MX-records van { $domain } noemen verwachte servers ({ $expected }) en andere ({ $others })
finding-mx-elsewhere = geen MX-record van { $domain } noemt een verwachte server; ze noemen { $found }
finding-resembles = { $name } lijkt op { $known }, dat werkt
finding-resembles-nothing = { $name } lijkt op geen enkele naam waarvan bekend is dat hij werkt
finding-connected = { $address } neemt verbindingen aan; wij kwamen van { $from }
finding-connected-from-anywhere = { $address } neemt verbindingen aan
finding-connect-failed = { $address }: { $failure }
finding-control-reached = { $site } ({ $address }), dat kortgeleden werkte, is bereikbaar
finding-control-failed = { $site } ({ $address }), dat kortgeleden werkte, is ook niet bereikbaar: { $failure }
finding-no-controls = er is niets dat kortgeleden werkte om mee te vergelijken
finding-submission-open = { $address }, de poort voor mailprogramma’s, neemt verbindingen aan: de host leeft
finding-submission-closed = { $address }, de poort voor mailprogramma’s: { $failure }
finding-greeting = { $address } begroet met: { $reply }
finding-hello = { $address } biedt aan: { $keywords }
finding-hello-encrypted = { $address } biedt onder TLS aan: { $keywords }
finding-hello-plain = { $address } kent alleen HELO, en dus geen TLS
finding-session-failed = { $address }, { $stage }: { $failure }
finding-masked = iets op de weg naar { $address } verandert SMTP: { $signs }
finding-starttls-offered = { $address } biedt STARTTLS aan
finding-starttls-missing = { $address } biedt geen STARTTLS aan
finding-starttls-refused = { $address } biedt STARTTLS aan en weigert het dan: { $reply }
finding-alive = { $address } antwoordt ook na { $after } ({ $octets } octetten tegelijk)
finding-recipient-taken = { $address } zou mail van <{ $sender }> aan <{ $recipient }> aannemen: { $reply }
finding-recipient-refused = { $address } neemt mail van <{ $sender }> aan <{ $recipient }> niet aan: { $reply }
finding-breaks-after = { $address } faalt na { $command }: { $how }
finding-break-closed = de verbinding wordt gesloten
finding-break-silent = er komt niets meer
finding-large-lost = { $address } antwoordt bij { $works } octetten en faalt bij { $lost } octetten: { $how }
finding-tls-works = TLS met { $address } werkt: { $description }
finding-tls-failed = TLS met { $address } mislukt: { $failure }
finding-certificate-shown = { $address } toont een certificaat voor { $names }, uitgegeven door { $issuer }, geldig van { $from } tot { $until }, met { $count } andere certificaten
finding-certificate-good = het certificaat van { $address } is geldig, en voor { $name }
finding-certificate-bad = het certificaat van { $address } wordt niet geaccepteerd: { $failure }
finding-certificate-bad-allowed = het certificaat van { $address } is niet goed, en niets eist een goed: { $failure }
finding-ocsp-missing = { $address } stuurt geen verklaring van de uitgever over het certificaat mee (OCSP); dat doen weinig mailservers
finding-ocsp = { $address } stuurt mee wat de uitgever over het certificaat zegt (OCSP): { $said }; stand van { $from }, geldig tot { $until }
finding-ocsp-doubted = { $address } stuurt een verklaring over zijn certificaat mee (OCSP): { $said }; stand van { $from }, geldig tot { $until }. Die telt niet: { $why }
finding-ocsp-unreadable = { $address } stuurt in plaats van een verklaring van de uitgever (OCSP) iets onleesbaars mee
finding-ocsp-unanswered = { $address } stuurt een antwoord van de uitgever mee (OCSP) dat alleen zegt dat er nu geen verklaring is
finding-ocsp-other = { $address } stuurt de verklaring van de uitgever (OCSP) over een ander certificaat mee
ocsp-good = het is niet ingetrokken
ocsp-revoked = het is ingetrokken sinds { $at }
ocsp-unknown = de uitgever kent het niet
ocsp-no-end = er een nieuwere komt
ocsp-doubt-issuer = de uitgever van het certificaat wordt hier niet vertrouwd
ocsp-doubt-signature = die is niet ondertekend door de uitgever van het certificaat
ocsp-doubt-old = de geldigheid is verstreken
ocsp-doubt-early = de geldigheid is nog niet begonnen
finding-not-probed-budget = niet geprobeerd: de grens voor proeven is voorlopig bereikt
finding-not-probed-time = niet geprobeerd: de tijd voor de proeven van dit doel was om
finding-not-probed-busy = niet geprobeerd: er lopen al proeven voor dit doel

# Tekenen van iets dat SMTP verandert.
masking-greeting = de begroeting is afgedekt ({ $greeting })
masking-keywords = sleutelwoorden zijn doorgestreept ({ $keywords })
masking-removed = { $keywords } wordt niet aangekondigd en werkt toch
masking-ehlo = EHLO wordt geweigerd door een server die zich ESMTP noemt ({ $reply })
masking-command = { $command } komt veranderd aan ({ $reply })

# Fouten als zinsdelen van zulk bewijs.
failed-no-such-name = de naam { $name } bestaat niet
failed-no-address = { $name } heeft geen adres
failed-dns-error = { $server } antwoordt { $code } voor { $name }
failed-dns-silent = geen naamserver antwoordde voor { $name } binnen { $span }
failed-dnssec = het antwoord voor { $name } doorstaat de DNSSEC-controle niet
failed-connect-silent = geen antwoord op het verbindingsverzoek binnen { $span }
failed-refused = de verbinding wordt geweigerd
failed-unreachable = niet bereikbaar: { $detail }
failed-silent = verbonden, en daarna kwam er binnen { $span } niets
failed-closed = de verbinding werd gesloten na { $octets } octetten
failed-replied = het antwoord was “{ $reply }”
failed-not-smtp = wat kwam, is geen SMTP ({ $detail })
failed-no-starttls = STARTTLS wordt niet aangeboden
failed-tls = { $detail }
failed-tls-too-old = hoogstens { $offered } wordt aangeboden, en dat is niet veilig
failed-tls-nothing-in-common = geen veilige versleuteling of sleuteluitwisseling gemeen ({ $detail })
certificate-expired = het is verlopen op { $moment }
certificate-not-yet-valid = het is pas geldig vanaf { $moment }
certificate-name = het is voor { $presented }, niet voor { $expected }
certificate-unknown-issuer = zijn uitgever wordt hier niet vertrouwd ({ $issuer })
certificate-incomplete = de server stuurt het certificaat van zijn uitgever niet mee ({ $issuer })
certificate-self-signed = het is zelf ondertekend
certificate-revoked = het is ingetrokken
certificate-invalid = { $detail }
