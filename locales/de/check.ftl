# What `causeway check` and the warnings of a plan find: what is wrong, and (.do) what instead. Clauses without a full stop.
check-error = { $place }: Fehler: { $what }; { $instead }
check-warning = { $place }: Warnung: { $what }; { $instead }
check-unread-postmaster = niemand liest Mail an { $postmaster }; sie bleibt im Postfach { $mailbox }
    .do = causeway mailbox add { $mailbox } ausführen oder [organization].postmaster setzen
check-no-mailbox = es gibt kein Postfach { $address }
    .do = causeway mailbox add { $address } ausführen oder eine Adresse nennen, die es gibt
check-domain-covered = { $domain } wird schon als Subdomäne von { $above } akzeptiert
    .do = den Eintrag entfernen, außer wenn er einen eigenen Typ bekommen soll
check-relay-domain-alone = { $domain } ist eine interne Relaydomäne, und kein eingeschalteter Konnektor nimmt sie: Mail an Empfänger, die nicht hier sind, schlägt fehl
    .do = einen ausgehenden Konnektor mit recipient_domains = ["{ $domain }"] anlegen oder die Domäne authoritative machen, wenn alle ihre Postfächer hier sind
check-relay-domain-mx = Mail für { $domain } geht durch den Konnektor „{ $connector }“ an die MX-Hosts der Domäne; ist das dieser Server, ist sie nicht zustellbar (eine Schleife)
    .do = dem Konnektor smart_hosts geben: die Server, die die Postfächer haben
check-subdomains-alone = Subdomänen von { $domain } werden akzeptiert, und kein eingeschalteter Konnektor nimmt sie
    .do = "*.{ $domain }" zu recipient_domains des Konnektors hinzufügen
check-internet-disabled = der Konnektor „{ $name }“ ist ausgeschaltet: Mail ins Internet geht direkt
    .do = den Konnektor einschalten oder internet = "direct" schreiben
check-internet-taken = der Konnektor „{ $other }“ nimmt "*", also bleibt für den Konnektor „{ $name }“ nichts übrig
    .do = "*" aus jenem Konnektor entfernen oder internet = "direct" schreiben
check-tie = die Konnektoren „{ $first }“ und „{ $second }“ nehmen beide "{ $pattern }"
    .do = die Domäne aus einem von beiden entfernen oder einen ausschalten
check-takes-nothing = der Konnektor „{ $name }“ hat keine recipient_domains: er nimmt keine Mail
    .do = recipient_domains schreiben oder ihn in [routing].internet nennen
check-all-here = { $pattern } ist authoritative, also sind alle Empfänger hier, und der Konnektor „{ $name }“ bekommt keinen davon
    .do = die Domäne internal_relay machen, wenn manche Postfächer anderswo sind, oder sie hier entfernen
check-outbound-unreachable = der Konnektor „{ $name }“ wird nie benutzt: alle seine Domänen werden hier zugestellt
    .do = ihn entfernen oder ausschalten
check-smart-host-here = der Smarthost { $host } des Konnektors „{ $name }“ ist dieser Server: Mail ginge im Kreis
    .do = den Server schreiben, der die Mail bekommen soll
check-login-in-clear = der Konnektor „{ $name }“ meldet sich an, und ein Passwort wird nur an einen Server mit gültigem Zertifikat gesendet: Mail wartet, solange die Gegenstelle keines hat
    .do = tls = "certificate_validation" oder "domain_validation" schreiben
check-same-certificate = die Konnektoren „{ $first }“ und „{ $second }“ sind für dasselbe Zertifikat; der erste, dessen sender_domains passen, wird benutzt
    .do = jeder Gegenstelle einen Konnektor geben
check-inbound-unreachable = der Konnektor „{ $name }“ wird nie benutzt: „{ $first }“ erkennt dieselben Gegenstellen vor ihm und nimmt alle seine Absender
    .do = ihn entfernen oder vor den anderen schreiben
check-all-restricted = der Konnektor „{ $name }“ hat alle Absender für sich: Mail von jedem anderen Server wird abgelehnt
    .do = so lassen, wenn alle Mail durch jenen Server kommt; sonst seine eigenen sender_domains schreiben
check-peer-strangers = der Konnektor „{ $name }“ lässt seine Gegenstelle weiterleiten, und { $network } enthält Adressen Fremder: jeder könnte durch diesen Server senden (ein offenes Relay)
    .do = nur die Adressen der eigenen Mailserver schreiben
check-wildcard-elsewhere = der Konnektor „{ $name }“ lässt seine Gegenstelle weiterleiten und hält jeden Server für sie, der ein Zertifikat für einen Namen unterhalb von { $domain } hat; das ist keine akzeptierte Domain
    .do = den ganzen Namen im Zertifikat schreiben, außer wenn alle Namen unterhalb von { $domain } Ihnen gehören
check-peer-addresses = nur die Adressen der Mailserver der Gegenstelle schreiben
check-admin-in-clear = der Admin-Listener „{ $name }“ ist von anderen Maschinen erreichbar, und Token gingen im Klartext über das Netz
    .do = tls = false entfernen oder eine Loopback-Adresse wie 127.0.0.1:8025 schreiben
check-listeners-collide = { $address } des Listeners „{ $name }“ ist Teil von { $whole } von „{ $owner }“: nur einer kann geöffnet werden
    .do = einen von beiden entfernen oder ihm einen anderen Port geben
check-no-smtp = Domänen werden akzeptiert, aber kein Listener spricht smtp: es kommt keine Mail an
    .do = einen [[listener]] mit protocol = "smtp" hinzufügen
check-no-pop = POP-before-SMTP ist eingeschaltet, aber kein Listener spricht pop3
    .do = einen [[listener]] mit protocol = "pop3" hinzufügen, den eigenen POP3-Server seine Anmeldungen melden lassen (causeway relay logins report) oder [relay].pop_before_smtp ausschalten
check-short-name = der Hostname hat keine Domäne: andere Server lehnen Mail von so einem Namen ab
    .do = den vollen Namen schreiben, etwa mx.contoso.example
check-no-certificate = es gibt kein Zertifikat: ein selbstsigniertes wird benutzt, vor dem Mailprogramme warnen und das prüfende Server ablehnen
    .do = [tls] mit certificate und key schreiben
check-far-resolver = dem Resolver { $server } werden Signaturen geglaubt, und er ist nicht auf dieser Maschine
    .do = hier einen prüfenden Resolver betreiben, außer wenn niemand das Netz dazwischen erreichen kann
check-sts-port = MTA-STS-Richtlinien werden von Port { $port } geholt, wo keine sind
    .do = mta_sts_port entfernen, außer wenn dies ein Testlabor ist
check-mx-port = MX-Hosts werden auf Port { $port } versucht, nicht auf 25, wo andere Server lauschen
    .do = mx_port entfernen, außer wenn dies ein Testlabor ist
check-too-wide = { $network } enthält so viele Adressen, dass Fremde darunter sind: jeder könnte durch diesen Server senden (ein offenes Relay)
    .do = nur die Netze der eigenen Maschinen schreiben
check-wider-than-private = { $network } enthält den privaten Bereich { $range } zwischen öffentlichen Adressen: es ist zu weit geschrieben
check-container-gateway = { $network } enthält 172.17.0.1, das Gateway von Containernetzen: in einem Container kann jeder Client von außen scheinbar von dort kommen
check-private-range = { $network } ist ein privater Bereich: jede Maschine darin darf überallhin senden, und hinter einem Containerhost oder NAT-Gateway auch jeder von außen
    .do = das engere Netz schreiben, das wirklich gemeint ist, wenn es eines gibt
check-provider-range = { $network } teilen sich die Kunden eines Providers: jede Maschine darin darf überallhin senden, und hinter einem NAT-Gateway auch jeder von außen
check-link-local-range = { $network } ist der Link-Local-Bereich: jede Maschine darin darf überallhin senden
check-too-many = zusammen enthalten die Netze ein Viertel aller IPv4-Adressen: jeder könnte durch diesen Server senden (ein offenes Relay)
check-right-twice = { $network } hat weiter oben schon einen Eintrag: der erste gilt
    .do = einen der beiden behalten
check-end-without-effect = { $network } behält das Recht weiterzuleiten auch nach { $until }, weil { $wider } es ohne Ende hat
    .do = einen der beiden entfernen
check-right-covered = { $network } ist Teil von { $wider }, das schon weiterleiten darf: der Eintrag ändert nichts
    .do = einen der beiden entfernen
check-right-ended = { $network } durfte bis { $until } weiterleiten und darf es nicht mehr
    .do = den Eintrag entfernen oder ein späteres until schreiben
check-certificate = das Zertifikat ist nicht brauchbar: { $error }
    .do = PEM-Dateien mit einem Zertifikat und seinem Schlüssel nennen
check-trust-root = die Aussteller sind nicht brauchbar: { $error }
    .do = PEM-Dateien mit Zertifikaten nennen
check-no-cluster = diese Version hat keinen Speicher für einen Verbund
    .do = url = "sqlite" schreiben
check-password-file = { $file } ist nicht lesbar: { $error }
    .do = eine Datei nennen, die der Benutzer des Servers lesen kann, mit dem Passwort in der ersten Zeile
check-open-relay = das wäre ein offenes Relay: { $failure }
    .do = nur eigene Netze und Server berechtigen
