# De opdrachtregel.

cli-in = over { $span }
cli-ago = { $span } geleden
cli-now = nu
cli-yes = ja
cli-no = nee
cli-choice = [j/N]

# Eén bericht: queue show.
cli-message-titled = Bericht { $id } ‘{ $subject }’
cli-message-untitled = Bericht { $id }, zonder onderwerp
cli-message-from = Het is van { $sender }. De grootte is { $size }.
cli-message-report = Het is een rapport en heeft geen afzender: er wordt nooit iets over teruggestuurd. De grootte is { $size }.
cli-message-received = Het is ontvangen op { $at } ({ $ago }) van { $origin }.
cli-origin-helo = { $address }, dat zich { $helo } noemde
cli-origin-here = deze server zelf
cli-origin-user = Het is aangeboden door { $user }, die was aangemeld.
cli-origin-connector = Het kwam via de connector ‘{ $connector }’.
cli-message-about = Het rapporteert over bericht { $id }.
cli-message-id = De Message-ID is { $id }.
cli-tried = { $count ->
    [0] Nog niet geprobeerd.
    [one] Eén keer geprobeerd.
   *[other] { $count } keer geprobeerd.
}
cli-waits-for = Het wacht, met andere mail, op { $destination }.
cli-destination = Laatst geprobeerd bij { $destination }.
cli-through = Het gaat via de connector ‘{ $connector }’.
cli-paused = De connector heeft in deze minuut zoveel berichten verzonden als hij mag (max_messages_per_minute): het bericht gaat weg zodra het aan de beurt is.
cli-secured-not = De verbinding had geen TLS.
cli-secured-dane = De verbinding was versleuteld ({ $tls }); de TLSA-records van de andere kant (DANE) bewezen wie het is.
cli-secured-mta-sts = De verbinding was versleuteld ({ $tls }); een certificaat zoals het MTA-STS-beleid van het domein eist, bewees wie de andere kant is.
cli-secured-certificate = De verbinding was versleuteld ({ $tls }); een geldig certificaat bewees wie de andere kant is.
cli-secured-nothing = De verbinding was versleuteld ({ $tls }); niets bewees wie de andere kant is.
cli-weakness = Wat niet in orde was: { $reason }
cli-last-answer = Het laatste antwoord was: { $answer }
cli-next = De volgende poging is op { $at } ({ $relative }); `causeway queue retry { $id }` probeert het nu.
cli-due = Het is nu aan de beurt.
cli-expires = Als er niets verandert, gaat het op { $at } ({ $relative }) terug naar { $sender }.
cli-expires-report = Als er niets verandert, wordt het op { $at } ({ $relative }) opgegeven; als rapport heeft het geen afzender om het te vertellen.
cli-delivering = Het wordt op dit moment bezorgd.
cli-held = Het is aangehouden tot het wordt vrijgegeven (`causeway queue release { $id }`), teruggestuurd of verwijderd.
cli-delivered = Het ligt hier in het postvak.
cli-relayed = Een andere server heeft het overgenomen.
cli-expanded = Andere ontvangers zijn ervoor in de plaats gekomen.
cli-failed = Het is definitief mislukt.
cli-events = Wat er gebeurde:
cli-trace-head = van { $sender }, ontvangen { $at }
cli-on-hold = aangehouden

# Wat er met de wachtrij gebeurt.
cli-done-retry = { $count ->
    [one] { $count } ontvanger wordt nu geprobeerd.
   *[other] { $count } ontvangers worden nu geprobeerd.
}
cli-retry-held = { $count ->
    [one] { $count } ontvanger is vastgehouden en blijft dat; `causeway queue release` laat hem gaan.
   *[other] { $count } ontvangers zijn vastgehouden en blijven dat; `causeway queue release` laat ze gaan.
}
cli-done-hold = { $count ->
    [one] { $count } ontvanger is aangehouden.
   *[other] { $count } ontvangers zijn aangehouden.
}
cli-done-release = { $count ->
    [one] { $count } ontvanger is vrijgegeven en wordt nu geprobeerd.
   *[other] { $count } ontvangers zijn vrijgegeven en worden nu geprobeerd.
}
cli-done-return = { $count ->
    [one] { $count } ontvanger gaat met een rapport terug naar de afzender.
   *[other] { $count } ontvangers gaan met een rapport terug naar de afzenders.
}
cli-done-remove = { $count ->
    [one] { $count } ontvanger is zonder rapport verwijderd.
   *[other] { $count } ontvangers zijn zonder rapport verwijderd.
}
cli-done-redirect = { $count ->
    [one] { $count } ontvanger is omgeleid.
   *[other] { $count } ontvangers zijn omgeleid.
}
cli-ask-remove = { $count ->
    [one] De mail voor { $count } ontvanger verwijderen? Die is dan weg en de afzender hoort niets.
   *[other] De mail voor { $count } ontvangers verwijderen? Die is dan weg en de afzenders horen niets.
}
cli-ask-return = { $count ->
    [one] { $count } ontvanger met een rapport naar de afzender terugsturen?
   *[other] { $count } ontvangers met een rapport naar de afzenders terugsturen?
}
cli-ask-redirect = { $count ->
    [one] Wat voor { $count } ontvanger is naar een ander adres sturen?
   *[other] Wat voor { $count } ontvangers is naar een ander adres sturen?
}
cli-queue-empty = Er wacht niets.
cli-no-match = Er is niets dat past.
cli-more-messages = … en meer: de oudste { $count } zijn getoond. Gebruik --limit, een filter, of --json voor alles.
cli-more-rows = … misschien meer: de nieuwste { $count } zijn getoond. Gebruik --limit, een filter, of --json voor alles.

# Postvakken.
cli-no-mailboxes = Er zijn geen postvakken. Maak er een met `causeway mailbox add ADRES`.
cli-mailbox-added = Postvak { $address } toegevoegd.
cli-mailbox-changed = Postvak { $address } gewijzigd.
cli-mailbox-removed = Postvak { $address } verwijderd; de post erin blijft op schijf.
cli-mailbox-password = { $address } heeft een nieuw wachtwoord.
cli-password-shown = Het wachtwoord is { $password } (alleen deze keer getoond; alleen een hash wordt bewaard).
cli-ask-mailbox-remove = Het postvak { $address } verwijderen? Niemand kan zich meer aanmelden en post ervoor wordt geweigerd; de post erin blijft op schijf.

# Domeinen, connectoren, routes, relay.
cli-no-domains = Er zijn geen geaccepteerde domeinen. `causeway domain add DOMEIN` voegt er een toe.
cli-no-connectors = Er zijn geen connectoren.
cli-connector-out-own = Connector ‘{ $name }’ stuurt mail naar eigen servers van deze organisatie.
cli-connector-out-partner = Connector ‘{ $name }’ stuurt mail naar servers van een partner.
cli-connector-in-own = Connector ‘{ $name }’ herkent mail van eigen servers van deze organisatie.
cli-connector-in-partner = Connector ‘{ $name }’ herkent mail van servers van een partner.
cli-connector-takes = Hij neemt ontvangers van { $domains }.
cli-every-domain = elk domein
cli-connector-internet = Ook alle mail voor internet gaat langs deze weg ([routing].internet).
cli-connector-mx = Hij stuurt naar de MX-hosts van het domein van de ontvanger.
cli-connector-host = Hij stuurt naar { $hosts }.
cli-connector-hosts = Hij stuurt naar { $hosts }, in deze volgorde.
cli-tls-opportunistic = Hij gebruikt TLS waar het wordt aangeboden, anders platte tekst.
cli-tls-encryption = Hij eist TLS, met welk certificaat dan ook.
cli-tls-certificate = Hij eist TLS met een geldig certificaat van een uitgever die we vertrouwen.
cli-tls-domain = Hij eist TLS met een geldig certificaat van een uitgever die we vertrouwen, op naam van { $name }.
cli-tls-host = Hij eist TLS met een geldig certificaat van een uitgever die we vertrouwen, op naam van de host.
cli-connector-user = Hij meldt zich aan als { $user }.
cli-connector-equals = Servers met “|” ertussen verdelen de mail gelijkmatig.
cli-connector-sources = Hij verstuurt vanaf { $addresses }.
cli-connector-connections = Hooguit { $count ->
    [one] één verbinding
   *[other] { $count } verbindingen
 } tegelijk.
cli-connector-pace = Hooguit { $count ->
    [one] één bericht
   *[other] { $count } berichten
 } per minuut.
cli-by-certificate = Hij herkent ze aan een clientcertificaat voor { $name }.
cli-by-address = Hij herkent ze aan een adres in { $networks }.
cli-connector-senders = Hun afzenders mogen van { $domains } zijn.
cli-every-sender = Hun afzenders mogen van elk domein zijn.
cli-connector-restricts = Mail van deze afzenders wordt van alle anderen geweigerd (restrict_sender_domains).
cli-connector-identity = Alleen adressen van deze domeinen mogen bij hen in { $fields } staan (identity).
cli-tls-required = Ze moeten TLS gebruiken.
cli-tls-optional = TLS is aan hen.
cli-connector-disabled = Hij is uitgeschakeld: er gaat niets langs deze weg (enabled = false in mailflow.toml).
cli-note = Notitie: { $note }
cli-waiting = { $count ->
    [0] Er wacht geen mail op.
    [one] Er wacht { $count } ontvanger op.
   *[other] Er wachten { $count } ontvangers op.
}
cli-waiting-more = Er wachten minstens { $count } ontvangers op.
cli-route-authoritative = { $domain } is een geaccepteerd domein, en alle postvakken ervan zijn hier.
cli-route-own-address = { $domain } is een adres van deze server.
cli-route-internal = { $domain } is een geaccepteerd domein, en sommige postvakken ervan zijn elders.
cli-route-external = { $domain } is geen domein van ons.
cli-route-none = Er is geen weg naar { $recipient }.
cli-route-hops = Mail gaat naar { $hops }.
cli-route-through = Mail gaat via de connector ‘{ $connector }’ naar { $hops }.
cli-because = Reden: { $because }
cli-considered = Connectoren die het niet nemen:
cli-relay-yes = Het is een relay: het domein van de ontvanger is niet van ons.
cli-relay-no = Het is geen relay: het domein van de ontvanger is van ons.
cli-allowed = Het mag (regel { $rule }): { $because }
cli-not-allowed = Het mag niet (regel { $rule }): { $because }
cli-client-told = De client krijgt te horen: { $reply }
cli-allowed-if = Het zou mogen als:

# Het grootboek en de dienst.
cli-audit-accepted = aangenomen, waarvan
cli-audit-delivered = hier in postvakken bezorgd
cli-audit-relayed = door andere servers overgenomen
cli-audit-expanded = door andere ontvangers vervangen
cli-audit-queued = in de wachtrij
cli-audit-held = aangehouden
cli-audit-reported = mislukt, met rapport aan de afzender
cli-audit-silent = mislukt, en niemand hoefde het te horen
cli-audit-unaccounted = onverklaard
cli-audit-missing = Er ontbreekt iets: laat de gegevensmap zoals ze is en kijk in het logboek van de server.
cli-health-good = Alles werkt.
cli-health-bad = Iets werkt niet zoals het hoort.
cli-health-alerts = { $count ->
    [one] { $count } open melding
   *[other] { $count } open meldingen
} (causeway alert list): { $ids }
cli-health-worst = { $count ->
    [one] De meeste mail wacht bij melding { $id }, { $path } ({ $count } ontvanger). { $cause }
   *[other] De meeste mail wacht bij melding { $id }, { $path } ({ $count } ontvangers). { $cause }
}
cli-accounted = Elke aangenomen ontvanger is verantwoord.
cli-unaccounted = Onverklaard: { $count }. Zie `causeway audit`.

# Uitleg van rapporten.
cli-code-name = { $code } staat voor: { $name }
cli-explain-none = Dit is geen rapport over mail die niet kon worden bezorgd.
cli-who-acts = Wie handelt: { $who }
cli-written-by = Geschreven door: { $generator }
cli-server = Server: { $name }
cli-its-words = Letterlijk: { $words }
cli-rule = Regel: { $rule }

# Wie er binnenkomt.
cli-app-password-added = { $address } heeft een nieuw toepassingswachtwoord ‘{ $name }’.
cli-app-password-revoked = Het toepassingswachtwoord ‘{ $name }’ van { $address } is ingetrokken.
cli-no-app-passwords = { $address } heeft geen toepassingswachtwoorden. `causeway mailbox app-password add` maakt er een.
cli-never = nooit
cli-no-locks = Er is niets geblokkeerd.
cli-everybody = iedereen
cli-everywhere-else = waar het zich nooit heeft aangemeld
cli-unlocked = { $count ->
    [0] Er was niets geblokkeerd.
    [one] { $count } blokkering is opgeheven.
   *[other] { $count } blokkeringen zijn opgeheven.
}
cli-no-pop-logins = Op dit moment geeft geen POP3-aanmelding iemand recht.
cli-pop-logins-revoked = { $count ->
    [0] Er was geen zo’n aanmelding.
    [one] { $count } aanmelding telt niet meer.
   *[other] { $count } aanmeldingen tellen niet meer.
}
cli-pop-login-reported = { $client } mag verzenden; dat eindigt { $ends }.

# Koppen van tabellen.
cli-head-id = ID
cli-head-status = STATUS
cli-head-recipient = ONTVANGER
cli-head-sender = AFZENDER
cli-head-size = GROOTTE
cli-head-tries = POGINGEN
cli-head-next = VOLGENDE
cli-head-result = LAATSTE RESULTAAT
cli-head-received = ONTVANGEN
cli-head-subject = ONDERWERP
cli-head-address = ADRES
cli-head-aliases = ALIASSEN
cli-head-language = TAAL
cli-head-quota = QUOTUM
cli-head-forward = Stuurt door naar
cli-forward-and-keep = { $address }, en blijft hier
cli-head-login = AANMELDING
cli-head-domain = DOMEIN
cli-head-type = TYPE
cli-head-subdomains = SUBDOMEINEN
cli-head-name = NAAM
cli-head-direction = RICHTING
cli-head-peer = TEGENPARTIJ
cli-head-enabled = AAN
cli-head-domains = DOMEINEN
cli-head-hosts = HOSTS
cli-head-tls = TLS
cli-head-part = ONDERDEEL
cli-head-since = SINDS
cli-head-detail = DETAIL
cli-head-send-as = VERZENDT ALS
cli-head-made = GEMAAKT
cli-head-used = LAATST GEBRUIKT
cli-head-client = CLIENT
cli-head-service = DIENST
cli-head-user = GEBRUIKER
cli-head-failures = FOUTE WACHTWOORDEN
cli-head-ends = EINDIGT

# Wijzigingen van de mailstroom.
cli-plan-nothing = Aan de mailstroom zou niets veranderen.
cli-plan-layout = Alleen opmerkingen of opmaak verschillen.
cli-plan-changes = Wat er verandert:
cli-plan-effects = Wat dat doet:
cli-plan-no-effects = Wachtende mail, postvakken en verzendrechten blijven zoals ze zijn.
cli-plan-refused = Geweigerd: { $why }
cli-plan-refused-errors = Geweigerd, tot dit klopt:
cli-plan-refused-unless = Geweigerd: { $why }, of houd vol met --force
cli-plan-insisted = Met --force doorgezet, hoewel: { $why }
cli-ask-apply = Dit van kracht laten worden?
cli-applied = Revisie { $number } is van kracht.
cli-applied-already = Dit is al van kracht (revisie { $number }).
cli-edits-kept = De vervangen bewerkingen waren nooit van kracht; de server bewaart ze in { $path }.
cli-and-more = (en nog { $count })
cli-revision = Revisie { $number }, { $at }, door { $author }
cli-revision-reason = Reden: { $reason }
cli-head-revision = REVISIE
cli-head-at = WANNEER
cli-head-author = WIE
cli-head-reason = REDEN
cli-head-changes = WIJZIGINGEN
cli-test-passed = Alles wat nodig is werkt.
cli-test-failed = Het werkt niet.
cli-step-passed = geslaagd
cli-step-warning = waarschuwing
cli-step-failed = MISLUKT
cli-step-skipped = overgeslagen
cli-untested = nooit
cli-tested-before = sindsdien gewijzigd
cli-tested-good = geslaagd { $at }
cli-tested-bad = MISLUKT { $at }
cli-connector-tested = Laatste test: { $result }.
cli-firewall-chosen = Adressen die niet in [delivery].source_addresses staan, kiest het systeem; ze kunnen met het netwerk veranderen.
cli-head-tested = GETEST
cli-head-source = VAN
cli-head-port = POORT
cli-head-destination = NAAR
cli-head-connector = CONNECTOR

# A hybrid organization.
cli-hybrid-ask-domains = Domeinen waarvan de postvakken deels hier en deels op uw eigen mailserver staan (meer dan één: met komma's):
cli-hybrid-ask-server = Uw eigen mailserver (HOST of HOST:PORT):
cli-hybrid-other-side = Wat aan de andere kant moet worden ingesteld, in deze volgorde
cli-hybrid-then = Test daarna de weg erheen met een echt bericht: { $command }
cli-hybrid-sources-unknown = de adressen die `causeway connector firewall` toont
cli-hybrid-certificate = Uw eigen server: een certificaat voor { $name } van een uitgever die deze server vertrouwt. Zonder dat gaat er geen post heen.
cli-hybrid-receive = Uw eigen server en zijn firewall: neem SMTP van { $sources } aan voor de postvakken daar.
cli-hybrid-receive-central = Uw eigen server en zijn firewall: neem SMTP van { $sources } aan, voor de postvakken daar en, om door te sturen, voor het internet.
cli-hybrid-share = Uw eigen server: behandel { $domains } als gedeeld (interne relay). Waarvoor hij geen postvak heeft, komt hierheen; wat van hier kwam en daar geen postvak heeft, wordt geweigerd, anders gaat het in een kring.
cli-hybrid-send = Uw eigen server: een verzendconnector voor de postvakken hier, naar { $host }, poort { $port }.
cli-hybrid-send-tls = Uw eigen server: een verzendconnector voor de postvakken hier, naar { $host }, poort { $port }, met TLS; post zonder TLS wordt geweigerd.
cli-hybrid-mx = DNS: het enige MX-record van elk domein is { $records }
cli-hybrid-mx-own = DNS: het enige MX-record van { $domains } wijst naar uw eigen server, met zijn naam.
cli-hybrid-spf = DNS: het SPF-record van { $domains } laat deze server verzenden: voeg { $parts } toe
cli-hybrid-spf-own = DNS: post voor het internet gaat via uw eigen server; het SPF-record van { $domains } moet zijn adressen noemen en heeft geen andere nodig.

# Tokens.
cli-no-tokens = Er zijn geen tokens. `causeway token add NAME` maakt er een.
cli-token-added = Het token “{ $name }” is gemaakt.
cli-token-shown = Token, alleen nu te zien: { $token }
cli-token-revoked = Het token “{ $name }” is ingetrokken.
cli-token-everything = alles
cli-token-looks = kijken
cli-head-may = MAG
# --- meldingen en uitwegen ---
cli-no-alerts = Geen enkele weg is gestoord, en de laatste tijd was dat ook niet zo.
cli-head-alert = MELDING
cli-head-state = STAND
cli-head-path = WEG
cli-head-waiting = WACHTEND
cli-head-code = CODE
cli-head-cause = OORZAAK
cli-alert-open = open
cli-alert-closed = gesloten
cli-cause = { $cause } ({ $confidence })
cli-cause-unknown = nog niet bekend; mogelijk: { $cause }
cli-alert-is-closed = Melding { $id } is gesloten.
cli-alert-server = Server: { $server }
cli-also-confirmed = Ook bevestigd:
cli-also-possible = Ook mogelijk:
cli-ruled-out = Uitgesloten:
cli-fix-head = Melding { $id }: { $title }
cli-fix-no-change = De mailstroom wordt niet veranderd.
cli-fix-name-it = Er is niets gedaan: dit neemt iets weg of vraagt eerst om nadenken. Noem het: causeway fix apply { $id } { $remedy }
cli-fix-others = Andere uitwegen:
# Teruggestuurde berichten, hulppagina’s, sleutels om te ondertekenen.
cli-returned-open = Het kan opnieuw worden verzonden; dat eindigt { $until }.
cli-returned-sent = Het is { $at } opnieuw verzonden, als { $id }.
cli-returned-not-kept = De inhoud is niet bewaard: er was geen ruimte voor ([queue] send_again_space).
cli-sent-again = { $count ->
    [one] { $of } wordt opnieuw naar één ontvanger verzonden, als { $id }.
   *[other] { $of } wordt opnieuw naar { $count } ontvangers verzonden, als { $id }.
}
cli-standing-gone = verholpen
cli-standing-holds = bestaat nog
cli-standing-in-message = in het bericht
cli-standing-refused = daar geweigerd
cli-standing-unknown = niet bekend
cli-head-seen = GEZIEN
cli-no-feedback = Nog niemand heeft geantwoord of een hulppagina nuttig was.
cli-head-audience = VOOR
cli-head-helpful = NUTTIG
cli-head-not-helpful = NIET NUTTIG
cli-head-last = LAATSTE ANTWOORD
cli-no-dkim = Er wordt niets ondertekend: er zijn geen sleutels. `causeway dkim add DOMAIN` maakt er een.
cli-dkim-added = E-mail van { $domain } wordt vanaf nu ondertekend. Publiceer dit record in DNS:
cli-dkim-then = `causeway dkim list --check` zegt wanneer het er is.
cli-dkim-removed = { $name } is verwijderd. Haal het record over een week uit DNS, als berichten die onderweg zijn, zijn aangekomen.
cli-dkim-published = gepubliceerd
cli-dkim-missing = niet gepubliceerd: zo’n record staat niet in DNS
cli-dkim-different = niet gepubliceerd: in DNS staat daar een ander record
cli-dkim-no-answer = DNS geeft geen antwoord

# check.
cli-check-both = causeway.toml en mailflow.toml in { $directory } zijn in orde
cli-check-machine = causeway.toml in { $directory } is in orde; mailflow.toml is er niet, dus gelden de standaardwaarden ervan
cli-check-flow = mailflow.toml in { $directory } is in orde; causeway.toml is er niet, dus gelden de standaardwaarden ervan
cli-check-none = noch causeway.toml noch mailflow.toml is in { $directory }: de standaardwaarden gelden
cli-check-warnings = { $count ->
    [one] { $files }, met 1 waarschuwing.
   *[other] { $files }, met { $count } waarschuwingen.
}
cli-check-errors = { $count ->
    [one] 1 fout in { $directory }; hiermee zou de server niet starten
   *[other] { $count } fouten in { $directory }; hiermee zou de server niet starten
}
