# Was eine Änderung des Mailflusses ändert und bewirkt: plan, apply, history.

# Dinge.
subject-organization = die Organisation
subject-queue = die Warteschlange
subject-identity = die Identität
subject-relay = das Relay
subject-pop = POP-before-SMTP
subject-dkim = DKIM
subject-alerts = Warnungen
subject-domain = die Domäne { $name }
subject-connector = Konnektor „{ $name }“
subject-address = die erlaubte Adresse { $name }

# Was sie haben.
field-name = Name
field-postmaster = Postmaster
field-languages = Sprachen
field-alerts = Empfänger von Warnungen
field-public-url = Adresse der eigenen Seiten
field-expire = Dauer der Zustellversuche
field-delay-notice = Zeitpunkte der Verzögerungsmeldung an Absender
field-retry = Zeiten zwischen den Versuchen
field-send-again = Frist, in der zurückgegebene Mail erneut gesendet werden kann
field-send-again-space = dafür aufgehobene Menge zurückgegebener Mail
field-enforce = geprüfte Felder
field-protect = Felder, in denen Fremde unsere Domänen nicht verwenden dürfen
field-type = Typ
field-peer = Gegenseite
field-recipient-domains = Empfängerdomänen
field-smart-hosts = Smarthosts
field-way = Weg
field-tls = TLS
field-tls-domain = Name im Zertifikat
field-login = Anmeldung
field-sources = Adressen, von denen er sendet
field-connections = Höchstzahl der Verbindungen
field-pace = Höchstzahl der Nachrichten pro Minute
field-note = Notiz
field-sender-domains = Absenderdomänen
field-peer-addresses = Quelladressen
field-peer-certificate = Name im Zertifikat der Gegenseite
field-window = Dauer, für die eine Anmeldung zählt
field-style = Form der Ablehnungen
field-own-domains = Umgang mit unseren Domänen von außen
field-signed = signierte Mail
field-until = Ende
field-its-sender-domains = Absenderdomänen
field-alert-failures = Zahl der Fehlschläge eines Konnektors, ab der gewarnt wird
field-alert-messages = Zahl der auf einen anderen Weg wartenden Nachrichten, ab der gewarnt wird
field-alert-after = Dauer des Ausfalls eines anderen Wegs, ab der gewarnt wird
field-mail-every = Zeit zwischen zwei Nachrichten
field-webhook = Webhook
field-alerts-kept = Aufbewahrungsdauer
field-key = der Schlüssel { $key }

# Werte.
value-none = keine
value-all = alle
value-octets = { $count } Oktette
value-reports = Berichte
value-submission = Mail angemeldeter Benutzer
value-refused = abgelehnt
value-held = zurückgehalten
value-until = { $name }, bis { $until }
value-cut = { $some }, … (insgesamt { $count })
value-and-more = { $some } und { $count } weitere
value-and-more-rights = { $some }; und { $count } weitere
value-authoritative = autoritativ
value-internal-relay = internes Relay
value-no-domain = keine eigene Domäne
value-mx = die MX-Hosts der Domänen
value-own-servers = den eigenen Servern der Organisation
value-partner-servers = den Servern eines Partners
value-certificate = Zertifikat { $name }
value-login = „{ $user }“ mit { $file }
value-directly = direkt
value-through = über Konnektor „{ $name }“

# Was sich ändert.
change-value = { $subject }: { $name } wird von { $old } zu { $new }
change-gets = { $subject }: { $name } ist neu: { $new }
change-loses = { $subject }: { $name } entfällt: { $old }
change-further = { $subject }: { $name } ändert sich weiter unten in der Liste
change-internet = Mail ins Internet geht { $new } statt { $old } hinaus
change-domain-gone = die Domäne { $name } wird nicht mehr akzeptiert
change-domain-new = die Domäne { $name } wird akzeptiert ({ $kind })
change-domain-new-below = die Domäne { $name } wird akzeptiert ({ $kind }, mit ihren Unterdomänen)
change-below = { $subject }: auch die Unterdomänen gehören dazu
change-not-below = { $subject }: die Unterdomänen gehören nicht mehr dazu
change-connector-gone = Konnektor „{ $name }“ wird entfernt
change-direction = Konnektor „{ $name }“ ändert seine Richtung: { $added }
change-outbound-new = Konnektor „{ $name }“ kommt hinzu: Mail für { $domains } geht über { $hosts } hinaus, TLS { $tls }
change-outbound-new-disabled = Konnektor „{ $name }“ kommt hinzu (deaktiviert): Mail für { $domains } geht über { $hosts } hinaus, TLS { $tls }
change-inbound-new = Konnektor „{ $name }“ kommt hinzu: Mail von { $peer } wird erkannt an { $marks }
change-inbound-new-disabled = Konnektor „{ $name }“ kommt hinzu (deaktiviert): Mail von { $peer } wird erkannt an { $marks }
change-enabled = { $subject }: aktiviert
change-disabled = { $subject }: deaktiviert
change-tls = { $subject } verlangt TLS
change-no-tls = { $subject } verlangt kein TLS mehr
change-restricts = { $subject } hat seine Absenderdomänen für sich allein: von allen anderen wird Mail aus ihnen abgelehnt
change-no-longer-restricts = { $subject } hat seine Absenderdomänen nicht mehr für sich allein
change-network-gone = das Netz { $name } darf nicht mehr über diesen Server senden
change-network-new = das Netz { $name } darf über diesen Server senden
change-address-gone = die Adresse { $name } darf nicht mehr über diesen Server senden
change-address-new = die Adresse { $name } darf über diesen Server senden
change-nothing = nur Kommentare oder Anordnung sind anders

# Wege wartender Mail.
way-local = in das Postfach hier
way-connector = über Konnektor „{ $name }“ zu { $hosts }
way-mx = zu den MX-Hosts ihrer Domänen
way-unknown = nirgendwohin (kein solches Postfach)
way-nowhere = nirgendwohin ({ $why })
way-loop = Konnektor „{ $name }“ würde sie dorthin zurückschicken, woher sie kam
way-no-connector = kein aktiver Konnektor nimmt sie
demand-tls = TLS { $tls }
demand-tls-domain = TLS { $tls } für { $name }
demand-login = Anmeldung „{ $user }“ mit dem Passwort aus { $file }
demand-sources = von { $addresses }

# Was es bewirkt.
effect-unknown = wartende Empfänger gibt es nicht mehr; ihre Mail geht an die Absender zurück (550 5.1.1)
effect-returned = wartende Empfänger haben keinen Weg mehr; ihre Mail geht sofort an die Absender zurück (554 5.4.14): { $why }
effect-waits-for-a-way = wartende Empfänger haben keinen Weg mehr: sie warten (450 4.4.1), und ihre Mail geht an die Absender zurück, wenn sich nichts ändert, bevor ihre Zeit in der Warteschlange um ist: { $why }
effect-differently = wartende Empfänger gehen über Konnektor „{ $name }“ mit { $new } statt { $old }
effect-rerouted = wartende Empfänger gehen { $new } statt { $old }
effect-others = wartende Empfänger auf anderen Wegen als den genannten
effect-for-example = { $detail }; zum Beispiel { $examples }
effect-all = { $detail }; { $examples }
effect-unreachable = Postfächer bekommen keine Mail mehr von außen, weil ihre Domäne nicht mehr akzeptiert wird: { $who }
effect-would-be-refused = wartende Empfänger würden abgelehnt, wenn sie jetzt hereinkämen ({ $code }); sie bleiben in der Warteschlange und werden gesendet
effect-restricted = Mail dieser Absender wird von allen außer der Gegenseite des Konnektors abgelehnt (550 5.7.51): { $who }
effect-restricted-peers = Mail dieser Absender wird von Servern abgelehnt, die bisher dafür bekannt waren (550 5.7.51): { $who }
effect-unrestricted = Mail dieser Absender wird ab jetzt von allen angenommen: { $who }
effect-tls-demanded = Mail ohne TLS wird ab jetzt abgelehnt (530 5.7.0): { $who }
effect-internet-direct = Mail ins Internet geht ab jetzt direkt hinaus: Der Konnektor „{ $name }“, den [routing].internet nennt, ist ausgeschaltet
effect-domains-lost = Mail von außen wird ab jetzt abgelehnt für { $who }
effect-stricter = ab jetzt gibt es nur noch die Postfächer hier, jeder andere Empfänger wird abgelehnt (550 5.1.1), für { $who }
effect-looser = Empfänger, die nicht hier sind, werden ab jetzt angenommen und weitergeschickt und nicht mehr abgelehnt (550 5.1.1), für { $who }
effect-no-way = Mail an Empfänger, die nicht hier sind, schlägt ab jetzt fehl, weil kein eingeschalteter Konnektor sie nimmt: { $who }
effect-loop = Mail an Empfänger, die nicht hier sind, schlägt ab jetzt fehl, weil der einzige Konnektor, der sie nimmt, dorthin zurückführt, woher sie kam: { $who }
effect-way-back = Mail, die diese Server an { $domains } senden, geht nicht mehr durch { $connectors }, weil das als der Weg zu ihnen zurück zählt: für eine fremde Domäne nimmt sie den nächsten Weg, für eine interne Relaydomäne geht sie zurück (554 5.4.14): { $who }
effect-no-way-back = Mail, die diese Server an { $domains } senden, geht ab jetzt durch { $connectors }, weil das nicht mehr als der Weg zu ihnen zurück zählt: { $who }
effect-mx-loop = Mail an Empfänger, die nicht hier sind, geht ab jetzt an die MX-Hosts der Domäne, und im Kreis, wenn das dieser Server ist: { $who }
effect-own-senders-only = angemeldete Benutzer dürfen ab jetzt nur ihre eigenen Adressen benutzen in { $fields }
effect-any-sender = angemeldete Benutzer dürfen ab jetzt jede Adresse benutzen in { $fields }
effect-own-domains-refused = Fremde dürfen unsere Domänen nicht mehr benutzen in { $fields }
effect-own-domains-taken = Fremde dürfen unsere Domänen ab jetzt benutzen in { $fields }
effect-peer-senders-only = die Server hinter diesen Konnektoren dürfen ab jetzt nur als deren Absenderdomänen senden (550 5.7.60): { $who }
effect-peer-senders-taken = die Server hinter diesen Konnektoren dürfen ab jetzt als weitere Domänen senden: { $who }
right-connector-fields = "{ $connector }" in { $fields } ({ $domains })
effect-relay-gained = dürfen ab jetzt an jede Domäne senden: { $who }
effect-relay-lost = dürfen nicht mehr an fremde Domänen senden: { $who }
right-network = Clients in { $name }
right-address = { $name }
right-pop = wer in den letzten { $window } Mail mit POP3 gelesen hat
right-as = { $right }, als { $senders }
right-any-sender = { $right }, mit beliebigem Absender
right-until = { $right }, bis { $until }
right-after = { $right }, nach { $until }
right-by-certificate = mit dem Zertifikat { $name }
right-by-address = in { $name }
right-servers = Server { $mark }
right-servers-tls = Server { $mark }, mit TLS
right-servers-clear = Server { $mark }, ohne TLS
right-servers-as = Server { $mark }, als { $senders }
right-servers-as-tls = Server { $mark }, als { $senders }, mit TLS
right-servers-as-clear = Server { $mark }, als { $senders }, ohne TLS

# Warum nicht.
refused-problems = { $problem } (und { $count } weitere)
refused-relay = das wäre ein offenes Relay: { $answer }
refused-stranded = { $count ->
    [one] 1 wartender Empfänger gehört zu einer Domäne, die nicht mehr akzeptiert würde ({ $domains }); zuerst zustellen, umleiten oder zurückgeben (causeway queue list --domain { $first })
   *[other] { $count } wartende Empfänger gehören zu Domänen, die nicht mehr akzeptiert würden ({ $domains }); zuerst zustellen, umleiten oder zurückgeben (causeway queue list --domain { $first })
}

# The file beside the change.
flow-emptied = damit bliebe gar kein Mailfluss übrig: keine Domäne würde mehr akzeptiert (Revision { $number } ist nicht leer)
flow-replaces-edits = mailflow.toml wurde seit Revision { $number } bearbeitet, und dies würde die Bearbeitungen ersetzen, die in keiner Revision stehen: zuerst anwenden (causeway apply), oder mit --force darauf bestehen; dann bleiben sie in einer Datei daneben erhalten
