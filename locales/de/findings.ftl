# Was Prüfungen ergeben, als nachprüfbare Belege. Worte der Gegenstelle stehen da, wie sie kamen.

finding-nothing = nichts
finding-dns-records = { $server } antwortet für { $name } { $kind } mit { $records } (gültig für { $ttl } s)
finding-dns-none = laut { $server } hat { $name } keinen { $kind }-Eintrag
finding-dns-no-such-name = laut { $server } gibt es { $name } nicht (NXDOMAIN)
finding-dns-error = { $server } antwortet für { $name } { $kind } mit { $code }
finding-dns-lame = { $server } ist als Nameserver der Zone genannt und bedient sie nicht: für { $name } { $kind } kommt { $said }
finding-dns-silent = { $server } hat für { $name } { $kind } innerhalb von { $span } nicht geantwortet
finding-dns-unreachable = { $server } konnte für { $name } { $kind } nicht gefragt werden: { $detail }
finding-delegation = { $parent } delegiert { $zone } an { $servers }
finding-not-delegated = laut { $parent }, zuständig für { $zone }, gibt es { $name } nicht: nie registriert, abgelaufen oder entfernt
finding-delegation-unknown = die Nameserver von { $zone }, auf dem Weg zu { $name }, gaben keine Auskunft: { $said }
finding-server-without-address = { $server } ist als Nameserver von { $zone } genannt und hat keine Adresse
finding-serial = { $server } hat die Seriennummer { $serial } von { $zone }
finding-answers-differ = die Nameserver sind sich über { $name } { $kind } nicht einig: { $said }
finding-answers-agree = { $count ->
    [one] der eine Nameserver, der antwortet, sagt für { $name } { $kind }: { $records }
   *[other] alle { $count } Nameserver, die antworten, sagen für { $name } { $kind }: { $records }
}
finding-cached-old = der Resolver { $server } gibt für { $name } { $kind } noch { $cached }; die Server der Zone selbst sagen { $current }; die alte Antwort endet in { $span }
finding-cached-old-unknown = der Resolver { $server } gibt für { $name } { $kind } noch { $cached }; die Server der Zone selbst sagen { $current }; wann die alte Antwort endet, sagt er nicht
finding-own-cache-old = dieser Server selbst hält für { $name } { $kind } noch { $span } lang { $cached }; die Server der Zone selbst sagen { $current }
finding-cached-current = der Resolver { $server } gibt für { $name } { $kind } dieselbe Antwort wie die Server der Zone
finding-dnssec-bogus = der Resolver { $server } scheitert bei { $name } { $kind } nur an der DNSSEC-Prüfung; ohne sie antwortet er { $records }
finding-dnssec-not-the-cause = der Resolver { $server } gibt für { $name } { $kind } mit und ohne DNSSEC-Prüfung dasselbe
finding-resolver-works = der Resolver { $server } antwortet für { $name }; dieser Name funktionierte kürzlich
finding-resolver-fails = kein Name, der kürzlich funktionierte, wird beantwortet: { $said }
finding-mail-hosts = E-Mail für { $domain } geht an { $hosts }
finding-mail-hosts-implicit = { $domain } hat keinen MX-Eintrag und ist sein eigener Mailserver: { $hosts }
finding-mail-hosts-unknown = die Mailserver von { $domain } sind nicht zu ermitteln: { $failure }
finding-mx-unusable = { $domain } hat MX-Einträge, die keinen Rechner nennen: { $records }
finding-null-mx = { $domain } erklärt, keine E-Mail anzunehmen (Null-MX)
finding-alias = { $name } ist ein anderer Name für: { $chain }
finding-mx-as-expected = { $count ->
    [one] der MX-Eintrag von { $domain } nennt den erwarteten Server
   *[other] alle { $count } MX-Einträge von { $domain } nennen erwartete Server
}
finding-mx-mixed = die MX-Einträge von { $domain } nennen erwartete Server ({ $expected }) und andere ({ $others })
finding-mx-elsewhere = kein MX-Eintrag von { $domain } nennt einen erwarteten Server; sie nennen { $found }
finding-resembles = { $name } ähnelt { $known }, das funktioniert
finding-resembles-nothing = { $name } ähnelt keinem Namen, von dem bekannt ist, dass er funktioniert
finding-connected = { $address } nimmt Verbindungen an; wir kamen von { $from }
finding-connected-from-anywhere = { $address } nimmt Verbindungen an
finding-connect-failed = { $address }: { $failure }
finding-control-reached = { $site } ({ $address }) funktionierte kürzlich und ist erreichbar
finding-control-failed = { $site } ({ $address }) funktionierte kürzlich und ist auch nicht erreichbar: { $failure }
finding-no-controls = es gibt nichts, das kürzlich funktionierte, zum Vergleich
finding-submission-open = { $address }, der Port für Mailprogramme, nimmt Verbindungen an: der Rechner lebt
finding-submission-closed = { $address }, der Port für Mailprogramme: { $failure }
finding-greeting = { $address } begrüßt mit: { $reply }
finding-hello = { $address } bietet an: { $keywords }
finding-hello-encrypted = { $address } bietet unter TLS an: { $keywords }
finding-hello-plain = { $address } kennt nur HELO und damit kein TLS
finding-session-failed = { $address }, { $stage }: { $failure }
finding-masked = etwas auf dem Weg zu { $address } verändert SMTP: { $signs }
finding-starttls-offered = { $address } bietet STARTTLS an
finding-starttls-missing = { $address } bietet kein STARTTLS an
finding-starttls-refused = { $address } bietet STARTTLS an und lehnt es dann ab: { $reply }
finding-alive = { $address } antwortet auch nach { $after } ({ $octets } Oktette auf einmal)
finding-recipient-taken = { $address } würde E-Mail von <{ $sender }> an <{ $recipient }> annehmen: { $reply }
finding-recipient-refused = { $address } nimmt E-Mail von <{ $sender }> an <{ $recipient }> nicht an: { $reply }
finding-breaks-after = { $address } scheitert nach { $command }: { $how }
finding-break-closed = die Verbindung wird geschlossen
finding-break-silent = es kommt nichts mehr
finding-large-lost = { $address } antwortet bei { $works } Oktetten und scheitert bei { $lost } Oktetten: { $how }
finding-tls-works = TLS mit { $address } gelingt: { $description }
finding-tls-failed = TLS mit { $address } misslingt: { $failure }
finding-certificate-shown = { $address } zeigt ein Zertifikat für { $names }, ausgestellt von { $issuer }, gültig vom { $from } bis { $until }, mit { $count } weiteren Zertifikaten
finding-certificate-good = das Zertifikat von { $address } ist gültig, und für { $name } ausgestellt
finding-certificate-bad = das Zertifikat von { $address } wird nicht angenommen: { $failure }
finding-certificate-bad-allowed = das Zertifikat von { $address } ist nicht in Ordnung, und nichts verlangt ein gutes: { $failure }
finding-ocsp-missing = { $address } schickt keine Auskunft des Ausstellers über das Zertifikat mit (OCSP); das tun wenige Mailserver
finding-ocsp = { $address } schickt die Auskunft des Ausstellers über das Zertifikat mit (OCSP): { $said }; Stand { $from }, gültig bis { $until }
finding-ocsp-doubted = { $address } schickt eine Auskunft über sein Zertifikat mit (OCSP): { $said }; Stand { $from }, gültig bis { $until }. Sie zählt nicht: { $why }
finding-ocsp-unreadable = { $address } schickt anstelle einer Auskunft des Ausstellers (OCSP) etwas Unlesbares mit
finding-ocsp-unanswered = { $address } schickt eine Antwort des Ausstellers mit (OCSP), die nur sagt, dass es zurzeit keine Auskunft gibt
finding-ocsp-other = { $address } schickt die Auskunft des Ausstellers (OCSP) über ein anderes Zertifikat mit
ocsp-good = es ist nicht widerrufen
ocsp-revoked = es ist widerrufen seit { $at }
ocsp-unknown = der Aussteller kennt es nicht
ocsp-no-end = eine neuere kommt
ocsp-doubt-issuer = dem Aussteller des Zertifikats wird hier nicht vertraut
ocsp-doubt-signature = sie ist nicht vom Aussteller des Zertifikats unterschrieben
ocsp-doubt-old = ihre Zeit ist abgelaufen
ocsp-doubt-early = ihre Zeit hat noch nicht begonnen
finding-not-probed-budget = nicht versucht: die Grenze für Prüfungen ist vorerst erreicht
finding-not-probed-time = nicht versucht: die Zeit für die Prüfungen dieses Ziels war um
finding-not-probed-busy = nicht versucht: Prüfungen dieses Ziels laufen schon

# Zeichen dafür, dass etwas SMTP verändert.
masking-greeting = die Begrüßung ist verdeckt ({ $greeting })
masking-keywords = Schlüsselwörter sind durchgestrichen ({ $keywords })
masking-removed = { $keywords } wird nicht angekündigt und geht trotzdem
masking-ehlo = EHLO wird abgelehnt, obwohl sich der Server ESMTP nennt ({ $reply })
masking-command = { $command } kommt verändert an ({ $reply })

# Fehler als Teilsätze solcher Belege.
failed-no-such-name = den Namen { $name } gibt es nicht
failed-no-address = { $name } hat keine Adresse
failed-dns-error = { $server } antwortet für { $name } mit { $code }
failed-dns-silent = kein Nameserver hat für { $name } innerhalb von { $span } geantwortet
failed-dnssec = die Antwort für { $name } besteht die DNSSEC-Prüfung nicht
failed-connect-silent = innerhalb von { $span } keine Antwort auf den Verbindungswunsch
failed-refused = die Verbindung wird abgelehnt
failed-unreachable = nicht erreichbar: { $detail }
failed-silent = verbunden, und dann kam innerhalb von { $span } nichts
failed-closed = die Verbindung wurde nach { $octets } Oktetten geschlossen
failed-replied = die Antwort war „{ $reply }“
failed-not-smtp = was kam, ist kein SMTP ({ $detail })
failed-no-starttls = STARTTLS wird nicht angeboten
failed-tls = { $detail }
failed-tls-too-old = höchstens { $offered } wird angeboten, und das ist nicht sicher
failed-tls-nothing-in-common = keine sichere Verschlüsselung und kein sicherer Schlüsselaustausch gemeinsam ({ $detail })
certificate-expired = es ist am { $moment } abgelaufen
certificate-not-yet-valid = es gilt erst ab { $moment }
certificate-name = es ist für { $presented } ausgestellt, nicht für { $expected }
certificate-unknown-issuer = seinem Aussteller wird hier nicht vertraut ({ $issuer })
certificate-incomplete = der Server schickt das Zertifikat seines Ausstellers nicht mit ({ $issuer })
certificate-self-signed = es ist selbstsigniert
certificate-revoked = es ist widerrufen
certificate-invalid = { $detail }
