# Die Kommandozeile.

cli-in = in { $span }
cli-ago = vor { $span }
cli-now = jetzt
cli-yes = ja
cli-no = nein
cli-choice = [j/N]

# Eine Nachricht: queue show.
cli-message-titled = Nachricht { $id } „{ $subject }“
cli-message-untitled = Nachricht { $id }, ohne Betreff
cli-message-from = Sie ist von { $sender }. Ihre Größe ist { $size }.
cli-message-report = Sie ist ein Bericht und hat keinen Absender: über sie wird nie etwas zurückgesandt. Ihre Größe ist { $size }.
cli-message-received = Sie wurde am { $at } ({ $ago }) von { $origin } angenommen.
cli-origin-helo = { $address } (Selbstauskunft: { $helo })
cli-origin-here = diesem Server selbst
cli-origin-user = Eingeliefert hat sie { $user }, nach Anmeldung.
cli-origin-connector = Sie kam durch den Konnektor „{ $connector }“.
cli-message-about = Sie berichtet über die Nachricht { $id }.
cli-message-id = Ihre Message-ID ist { $id }.
cli-tried = { $count ->
    [0] Noch nicht versucht.
    [one] Einmal versucht.
   *[other] { $count }-mal versucht.
}
cli-waits-for = Sie wartet mit anderer Post auf { $destination }.
cli-destination = Zuletzt versucht bei { $destination }.
cli-through = Sie geht durch den Konnektor „{ $connector }“.
cli-paused = Der Konnektor hat in dieser Minute so viele Nachrichten gesendet, wie er darf (max_messages_per_minute): Sie geht, sobald sie an der Reihe ist.
cli-secured-not = Die Verbindung hatte kein TLS.
cli-secured-dane = Die Verbindung war verschlüsselt ({ $tls }); die TLSA-Einträge der Gegenseite (DANE) haben bewiesen, wer sie ist.
cli-secured-mta-sts = Die Verbindung war verschlüsselt ({ $tls }); ein Zertifikat, wie es die MTA-STS-Richtlinie der Domäne verlangt, hat bewiesen, wer die Gegenseite ist.
cli-secured-certificate = Die Verbindung war verschlüsselt ({ $tls }); ein gültiges Zertifikat hat bewiesen, wer die Gegenseite ist.
cli-secured-nothing = Die Verbindung war verschlüsselt ({ $tls }); nichts hat bewiesen, wer die Gegenseite ist.
cli-weakness = Was nicht in Ordnung war: { $reason }
cli-last-answer = Die letzte Antwort war: { $answer }
cli-next = Der nächste Versuch ist am { $at } ({ $relative }); `causeway queue retry { $id }` versucht es sofort.
cli-due = Sie ist jetzt an der Reihe.
cli-expires = Ändert sich nichts, geht sie am { $at } ({ $relative }) an { $sender } zurück.
cli-expires-report = Ändert sich nichts, wird sie am { $at } ({ $relative }) aufgegeben; als Bericht hat sie keinen Absender, der es erfahren könnte.
cli-delivering = Sie wird in diesem Augenblick zugestellt.
cli-held = Sie ist angehalten, bis sie freigegeben (`causeway queue release { $id }`), zurückgesandt oder entfernt wird.
cli-delivered = Sie liegt hier im Postfach.
cli-relayed = Ein anderer Server hat sie übernommen.
cli-expanded = Andere Empfänger sind an ihre Stelle getreten.
cli-failed = Sie ist endgültig gescheitert.
cli-events = Was geschah:
cli-trace-head = von { $sender }, angenommen { $at }
cli-on-hold = angehalten

# Was mit der Warteschlange geschieht.
cli-done-retry = { $count ->
    [one] { $count } Empfänger wird jetzt versucht.
   *[other] { $count } Empfänger werden jetzt versucht.
}
cli-retry-held = { $count ->
    [one] { $count } Empfänger ist angehalten und bleibt es; `causeway queue release` gibt ihn frei.
   *[other] { $count } Empfänger sind angehalten und bleiben es; `causeway queue release` gibt sie frei.
}
cli-done-hold = { $count ->
    [one] { $count } Empfänger ist angehalten.
   *[other] { $count } Empfänger sind angehalten.
}
cli-done-release = { $count ->
    [one] { $count } Empfänger ist freigegeben und wird jetzt versucht.
   *[other] { $count } Empfänger sind freigegeben und werden jetzt versucht.
}
cli-done-return = { $count ->
    [one] { $count } Empfänger geht mit einem Bericht an den Absender zurück.
   *[other] { $count } Empfänger gehen mit einem Bericht an die Absender zurück.
}
cli-done-remove = { $count ->
    [one] { $count } Empfänger ist ohne Bericht entfernt.
   *[other] { $count } Empfänger sind ohne Bericht entfernt.
}
cli-done-redirect = { $count ->
    [one] { $count } Empfänger ist umgeleitet.
   *[other] { $count } Empfänger sind umgeleitet.
}
cli-ask-remove = { $count ->
    [one] Die Mail für { $count } Empfänger entfernen? Sie ist dann weg, und der Absender erfährt nichts.
   *[other] Die Mail für { $count } Empfänger entfernen? Sie ist dann weg, und die Absender erfahren nichts.
}
cli-ask-return = { $count ->
    [one] { $count } Empfänger mit einem Bericht an den Absender zurücksenden?
   *[other] { $count } Empfänger mit einem Bericht an die Absender zurücksenden?
}
cli-ask-redirect = { $count ->
    [one] Was für { $count } Empfänger bestimmt ist, an eine andere Adresse senden?
   *[other] Was für { $count } Empfänger bestimmt ist, an eine andere Adresse senden?
}
cli-queue-empty = Nichts wartet.
cli-no-match = Nichts passt dazu.
cli-more-messages = … und weitere: gezeigt sind die ältesten { $count }. Alle gibt es mit --limit, einem Filter oder --json.
cli-more-rows = … vielleicht weitere: gezeigt sind die neuesten { $count }. Alle gibt es mit --limit, einem Filter oder --json.

# Postfächer.
cli-no-mailboxes = Es gibt keine Postfächer. `causeway mailbox add ADRESSE` legt eines an.
cli-mailbox-added = Postfach { $address } angelegt.
cli-mailbox-changed = Postfach { $address } geändert.
cli-mailbox-removed = Postfach { $address } entfernt; die Post darin bleibt auf der Platte.
cli-mailbox-password = { $address } hat ein neues Kennwort.
cli-password-shown = Das Kennwort ist { $password } (nur dieses eine Mal gezeigt; aufbewahrt wird nur ein Hash).
cli-ask-mailbox-remove = Das Postfach { $address } entfernen? Niemand kann sich mehr anmelden, und Post dafür wird abgelehnt; die Post darin bleibt auf der Platte.

# Domänen, Konnektoren, Wege, Relay.
cli-no-domains = Es gibt keine akzeptierten Domänen. `causeway domain add DOMÄNE` fügt eine hinzu.
cli-no-connectors = Es gibt keine Konnektoren.
cli-connector-out-own = Der Konnektor „{ $name }“ sendet Post an eigene Server dieser Organisation.
cli-connector-out-partner = Der Konnektor „{ $name }“ sendet Post an Server eines Partners.
cli-connector-in-own = Der Konnektor „{ $name }“ erkennt Post von eigenen Servern dieser Organisation.
cli-connector-in-partner = Der Konnektor „{ $name }“ erkennt Post von Servern eines Partners.
cli-connector-takes = Er nimmt Empfänger von { $domains }.
cli-every-domain = jeder Domäne
cli-connector-internet = Auch alle Post ins Internet nimmt diesen Weg ([routing].internet).
cli-connector-mx = Er sendet an die MX-Server der Empfängerdomäne.
cli-connector-host = Er sendet an { $hosts }.
cli-connector-hosts = Er sendet an { $hosts }, in dieser Reihenfolge.
cli-tls-opportunistic = Er benutzt TLS, wo es angeboten wird, sonst Klartext.
cli-tls-encryption = Er verlangt TLS, mit beliebigem Zertifikat.
cli-tls-certificate = Er verlangt TLS mit einem gültigen Zertifikat eines Ausstellers, dem wir vertrauen.
cli-tls-domain = Er verlangt TLS mit einem gültigen Zertifikat eines Ausstellers, dem wir vertrauen, auf den Namen { $name }.
cli-tls-host = Er verlangt TLS mit einem gültigen Zertifikat eines Ausstellers, dem wir vertrauen, auf den Namen des Servers.
cli-connector-user = Er meldet sich als { $user } an.
cli-connector-equals = Server, zwischen denen „|“ steht, teilen sich die Mail gleichmäßig.
cli-connector-sources = Er sendet von { $addresses }.
cli-connector-connections = Höchstens { $count ->
    [one] eine Verbindung
   *[other] { $count } Verbindungen
 } gleichzeitig.
cli-connector-pace = Höchstens { $count ->
    [one] eine Nachricht
   *[other] { $count } Nachrichten
 } in jeder Minute.
cli-by-certificate = Er erkennt sie an einem Clientzertifikat auf { $name }.
cli-by-address = Er erkennt sie an einer Adresse in { $networks }.
cli-connector-senders = Ihre Absender dürfen aus { $domains } sein.
cli-every-sender = Ihre Absender dürfen aus jeder Domäne sein.
cli-connector-restricts = Post dieser Absender wird von allen anderen abgelehnt (restrict_sender_domains).
cli-connector-identity = Nur Adressen dieser Domains dürfen bei ihnen in { $fields } stehen (identity).
cli-tls-required = Sie müssen TLS benutzen.
cli-tls-optional = TLS ist ihnen freigestellt.
cli-connector-disabled = Er ist ausgeschaltet: nichts nimmt diesen Weg (enabled = false in mailflow.toml).
cli-note = Notiz: { $note }
cli-waiting = { $count ->
    [0] Auf ihn wartet keine Post.
    [one] Auf ihn wartet { $count } Empfänger.
   *[other] Auf ihn warten { $count } Empfänger.
}
cli-waiting-more = Mindestens { $count } Empfänger warten auf ihn.
cli-route-authoritative = { $domain } ist eine akzeptierte Domäne, und alle ihre Postfächer sind hier.
cli-route-own-address = { $domain } ist eine Adresse dieses Servers.
cli-route-internal = { $domain } ist eine akzeptierte Domäne, und manche ihrer Postfächer sind anderswo.
cli-route-external = { $domain } ist keine unserer Domänen.
cli-route-none = Es gibt keinen Weg zu { $recipient }.
cli-route-hops = Post geht an { $hops }.
cli-route-through = Post geht durch den Konnektor „{ $connector }“ an { $hops }.
cli-because = Grund: { $because }
cli-considered = Konnektoren, die es nicht nehmen:
cli-relay-yes = Es ist ein Relay: die Empfängerdomäne ist keine der unseren.
cli-relay-no = Es ist kein Relay: die Empfängerdomäne ist eine der unseren.
cli-allowed = Es ist erlaubt (Regel { $rule }): { $because }
cli-not-allowed = Es ist nicht erlaubt (Regel { $rule }): { $because }
cli-client-told = Der Client bekommt zu hören: { $reply }
cli-allowed-if = Es wäre erlaubt, wenn:

# Das Hauptbuch und der Dienst.
cli-audit-accepted = angenommen, davon
cli-audit-delivered = hier in Postfächer zugestellt
cli-audit-relayed = von anderen Servern übernommen
cli-audit-expanded = durch andere Empfänger ersetzt
cli-audit-queued = in der Warteschlange
cli-audit-held = angehalten
cli-audit-reported = gescheitert, mit Bericht an den Absender
cli-audit-silent = gescheitert, und niemand sollte es erfahren
cli-audit-unaccounted = ungeklärt
cli-audit-missing = Etwas fehlt: das Datenverzeichnis so lassen, wie es ist, und im Protokoll des Servers nachsehen.
cli-health-good = Alles arbeitet, wie es soll.
cli-health-bad = Etwas arbeitet nicht, wie es soll.
cli-health-alerts = { $count ->
    [one] { $count } offene Meldung
   *[other] { $count } offene Meldungen
} (causeway alert list): { $ids }
cli-health-worst = { $count ->
    [one] Die meiste Post wartet bei Meldung { $id }, { $path } ({ $count } Empfänger). { $cause }
   *[other] Die meiste Post wartet bei Meldung { $id }, { $path } ({ $count } Empfänger). { $cause }
}
cli-accounted = Jeder angenommene Empfänger ist geklärt.
cli-unaccounted = Ungeklärt: { $count }. Siehe `causeway audit`.

# Erklärungen von Berichten.
cli-code-name = { $code } steht für: { $name }
cli-explain-none = Das ist kein Bericht über Post, die nicht zugestellt werden konnte.
cli-who-acts = Wer handelt: { $who }
cli-written-by = Geschrieben von: { $generator }
cli-server = Server: { $name }
cli-its-words = Im Wortlaut: { $words }
cli-rule = Regel: { $rule }

# Wer hineinkommt.
cli-app-password-added = { $address } hat ein neues Anwendungskennwort „{ $name }“.
cli-app-password-revoked = Das Anwendungskennwort „{ $name }“ von { $address } ist widerrufen.
cli-no-app-passwords = { $address } hat keine Anwendungskennwörter. `causeway mailbox app-password add` erzeugt eines.
cli-never = nie
cli-no-locks = Nichts ist gesperrt.
cli-everybody = alle
cli-everywhere-else = wo es sich noch nie angemeldet hat
cli-unlocked = { $count ->
    [0] Nichts war gesperrt.
    [one] { $count } Sperre ist aufgehoben.
   *[other] { $count } Sperren sind aufgehoben.
}
cli-no-pop-logins = Zurzeit berechtigt keine POP3-Anmeldung jemanden.
cli-pop-logins-revoked = { $count ->
    [0] Es gab keine solche Anmeldung.
    [one] { $count } Anmeldung zählt nicht mehr.
   *[other] { $count } Anmeldungen zählen nicht mehr.
}
cli-pop-login-reported = { $client } darf senden; das endet { $ends }.

# Überschriften von Tabellen.
cli-head-id = ID
cli-head-status = STATUS
cli-head-recipient = EMPFÄNGER
cli-head-sender = ABSENDER
cli-head-size = GRÖSSE
cli-head-tries = VERSUCHE
cli-head-next = NÄCHSTER
cli-head-result = LETZTES ERGEBNIS
cli-head-received = ANGENOMMEN
cli-head-subject = BETREFF
cli-head-address = ADRESSE
cli-head-aliases = ALIASSE
cli-head-language = SPRACHE
cli-head-quota = QUOTA
cli-head-forward = Leitet weiter an
cli-forward-and-keep = { $address }, und bleibt hier
cli-head-login = ANMELDUNG
cli-head-domain = DOMÄNE
cli-head-type = TYP
cli-head-subdomains = UNTERDOMÄNEN
cli-head-name = NAME
cli-head-direction = RICHTUNG
cli-head-peer = GEGENSEITE
cli-head-enabled = EIN
cli-head-domains = DOMÄNEN
cli-head-hosts = SERVER
cli-head-tls = TLS
cli-head-part = TEIL
cli-head-since = SEIT
cli-head-detail = NÄHERES
cli-head-send-as = SENDET ALS
cli-head-made = ERZEUGT
cli-head-used = ZULETZT BENUTZT
cli-head-client = CLIENT
cli-head-service = DIENST
cli-head-user = BENUTZER
cli-head-failures = FALSCHE KENNWÖRTER
cli-head-ends = ENDET

# Änderungen des Mailflusses.
cli-plan-nothing = Am Mailfluss würde sich nichts ändern.
cli-plan-layout = Nur Kommentare oder die Anordnung sind anders.
cli-plan-changes = Was sich ändert:
cli-plan-effects = Was das bewirkt:
cli-plan-no-effects = Wartende Post, Postfächer und Senderechte bleiben unberührt.
cli-plan-refused = Abgelehnt: { $why }
cli-plan-refused-errors = Abgelehnt, bis dies stimmt:
cli-plan-refused-unless = Abgelehnt: { $why }, oder mit --force darauf bestehen
cli-plan-insisted = Mit --force darauf bestanden, obwohl: { $why }
cli-ask-apply = So in Kraft setzen?
cli-applied = Revision { $number } ist in Kraft.
cli-applied-already = Das ist schon in Kraft (Revision { $number }).
cli-edits-kept = Die ersetzten Bearbeitungen waren nie in Kraft; der Server bewahrt sie in { $path } auf.
cli-and-more = (und { $count } weitere)
cli-revision = Revision { $number }, { $at }, von { $author }
cli-revision-reason = Grund: { $reason }
cli-head-revision = REVISION
cli-head-at = WANN
cli-head-author = WER
cli-head-reason = GRUND
cli-head-changes = ÄNDERUNGEN
cli-test-passed = Alles Nötige arbeitet.
cli-test-failed = Es arbeitet nicht.
cli-step-passed = bestanden
cli-step-warning = Warnung
cli-step-failed = GESCHEITERT
cli-step-skipped = ausgelassen
cli-untested = nie
cli-tested-before = seither geändert
cli-tested-good = bestanden { $at }
cli-tested-bad = GESCHEITERT { $at }
cli-connector-tested = Letzter Test: { $result }.
cli-firewall-chosen = Adressen, die nicht in [delivery].source_addresses stehen, wählt das System; sie können sich mit dem Netz ändern.
cli-head-tested = GETESTET
cli-head-source = VON
cli-head-port = PORT
cli-head-destination = AN
cli-head-connector = KONNEKTOR

# A hybrid organization.
cli-hybrid-ask-domains = Domänen, deren Postfächer teils hier und teils auf Ihrem eigenen Mailserver liegen (mehrere mit Komma):
cli-hybrid-ask-server = Ihr eigener Mailserver (HOST oder HOST:PORT):
cli-hybrid-other-side = Was auf der anderen Seite einzustellen ist, in dieser Reihenfolge
cli-hybrid-then = Danach den Weg dorthin mit einer echten Nachricht prüfen: { $command }
cli-hybrid-sources-unknown = den Adressen, die `causeway connector firewall` zeigt
cli-hybrid-certificate = Ihr eigener Server: ein Zertifikat für { $name } von einem Aussteller, dem dieser Server vertraut. Ohne es geht keine Post dorthin.
cli-hybrid-receive = Ihr eigener Server und seine Firewall: SMTP von { $sources } für die dortigen Postfächer annehmen.
cli-hybrid-receive-central = Ihr eigener Server und seine Firewall: SMTP von { $sources } annehmen, für die dortigen Postfächer und, zum Weitersenden, für das Internet.
cli-hybrid-share = Ihr eigener Server: { $domains } als geteilt behandeln (internes Relay). Wofür er kein Postfach hat, kommt hierher; was von hier kam und dort kein Postfach hat, wird abgelehnt, sonst läuft es im Kreis.
cli-hybrid-send = Ihr eigener Server: ein Sendekonnektor für die hiesigen Postfächer, zu { $host }, Port { $port }.
cli-hybrid-send-tls = Ihr eigener Server: ein Sendekonnektor für die hiesigen Postfächer, zu { $host }, Port { $port }, mit TLS; Post ohne TLS wird abgelehnt.
cli-hybrid-mx = DNS: Der einzige MX-Eintrag jeder Domäne ist { $records }
cli-hybrid-mx-own = DNS: Der einzige MX-Eintrag von { $domains } zeigt auf Ihren eigenen Server, mit dessen Namen.
cli-hybrid-spf = DNS: Der SPF-Eintrag von { $domains } lässt diesen Server senden: { $parts } ergänzen
cli-hybrid-spf-own = DNS: Post ins Internet geht über Ihren eigenen Server; der SPF-Eintrag von { $domains } muss seine Adressen nennen und braucht keine anderen.

# Tokens.
cli-no-tokens = Es gibt keine Token. `causeway token add NAME` legt eines an.
cli-token-added = Das Token „{ $name }“ ist angelegt.
cli-token-shown = Token, nur jetzt zu sehen: { $token }
cli-token-revoked = Das Token „{ $name }“ ist widerrufen.
cli-token-everything = alles
cli-token-looks = ansehen
cli-head-may = DARF
# --- Meldungen und Auswege ---
cli-no-alerts = Kein Weg ist gestört, und in letzter Zeit war es keiner.
cli-head-alert = MELDUNG
cli-head-state = STAND
cli-head-path = WEG
cli-head-waiting = WARTEND
cli-head-code = CODE
cli-head-cause = URSACHE
cli-alert-open = offen
cli-alert-closed = geschlossen
cli-cause = { $cause } ({ $confidence })
cli-cause-unknown = noch nicht bekannt; möglich: { $cause }
cli-alert-is-closed = Meldung { $id } ist geschlossen.
cli-alert-server = Server: { $server }
cli-also-confirmed = Ebenfalls bestätigt:
cli-also-possible = Auch möglich:
cli-ruled-out = Ausgeschlossen:
cli-fix-head = Meldung { $id }: { $title }
cli-fix-no-change = Der Nachrichtenfluss wird nicht geändert.
cli-fix-name-it = Nichts wurde getan: Das nimmt etwas weg oder will zuerst bedacht sein. Nennen Sie es: causeway fix apply { $id } { $remedy }
cli-fix-others = Andere Auswege:
# Zurückgegebene Nachrichten, Hilfeseiten, Schlüssel zum Signieren.
cli-returned-open = Sie kann erneut gesendet werden; das endet { $until }.
cli-returned-sent = Sie wurde { $at } erneut gesendet, als { $id }.
cli-returned-not-kept = Ihr Inhalt wurde nicht aufbewahrt: Es war kein Platz dafür ([queue] send_again_space).
cli-sent-again = { $count ->
    [one] { $of } wird an einen Empfänger erneut gesendet, als { $id }.
   *[other] { $of } wird an { $count } Empfänger erneut gesendet, als { $id }.
}
cli-standing-gone = behoben
cli-standing-holds = besteht noch
cli-standing-in-message = in der Nachricht
cli-standing-refused = dort abgelehnt
cli-standing-unknown = nicht bekannt
cli-head-seen = GESEHEN
cli-no-feedback = Noch niemand hat geantwortet, ob eine Hilfeseite hilfreich war.
cli-head-audience = FÜR
cli-head-helpful = HILFREICH
cli-head-not-helpful = NICHT HILFREICH
cli-head-last = LETZTE ANTWORT
cli-no-dkim = Es wird nichts signiert: Es gibt keine Schlüssel. `causeway dkim add DOMAIN` erzeugt einen.
cli-dkim-added = E-Mail von { $domain } wird ab jetzt signiert. Veröffentlichen Sie diesen Eintrag im DNS:
cli-dkim-then = `causeway dkim list --check` sagt, wann er da ist.
cli-dkim-removed = { $name } ist entfernt. Nehmen Sie den Eintrag in einer Woche aus dem DNS, wenn Nachrichten, die unterwegs sind, angekommen sind.
cli-dkim-published = veröffentlicht
cli-dkim-missing = nicht veröffentlicht: Im DNS gibt es keinen solchen Eintrag
cli-dkim-different = nicht veröffentlicht: Im DNS steht dort ein anderer Eintrag
cli-dkim-no-answer = Das DNS gibt keine Antwort

# check.
cli-check-both = causeway.toml und mailflow.toml in { $directory } sind in Ordnung
cli-check-machine = causeway.toml in { $directory } ist in Ordnung; mailflow.toml ist nicht da, also gelten ihre Vorgaben
cli-check-flow = mailflow.toml in { $directory } ist in Ordnung; causeway.toml ist nicht da, also gelten ihre Vorgaben
cli-check-none = weder causeway.toml noch mailflow.toml ist in { $directory }: die Vorgaben gelten
cli-check-warnings = { $count ->
    [one] { $files }, mit 1 Warnung.
   *[other] { $files }, mit { $count } Warnungen.
}
cli-check-errors = { $count ->
    [one] 1 Fehler in { $directory }; damit würde der Server nicht starten
   *[other] { $count } Fehler in { $directory }; damit würde der Server nicht starten
}
