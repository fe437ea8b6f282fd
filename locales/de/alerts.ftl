# Meldungen über gestörte Wege: Belege aus den eigenen Aufzeichnungen, wie es dazu kam, die Auswege und die
# Nachrichten an Administratoren.

known-failure = { $target }: { $reply }
known-no-tls = ohne TLS
known-last-success = zuletzt ging am { $at } Post durch, an { $target } ({ $tls })
known-never-worked = soweit die Aufzeichnungen reichen, ist hier nie Post durchgegangen
known-changed = Revision { $number } von { $author }, { $at }: { $what }
known-nothing-changed = an diesem Weg wurde hier seit dem { $at } nichts geändert
known-address-changed = zuletzt ging Post an { $before }; jetzt wird { $now } versucht
known-others = { $failing ->
    [one] { $failing } Ziel ist gestört
   *[other] { $failing } Ziele sind gestört
}, und seit es dieses ist, ging Post an { $well ->
    [one] { $well } anderen Host
   *[other] { $well } andere Hosts
} am selben Port
known-no-other-servers = kein Konnektor führt zu anderen Servern der Organisation oder von ihnen her
known-circle = nach ihren Received-Feldern ist die Nachricht { $passes }-mal durch diesen Server gegangen, in diesem Kreis: { $route }
known-other-time = nach der Begrüßung des Servers ist es dort { $theirs }, und danach ist das Zertifikat gültig; nach der Uhr hier war es { $ours }
known-taken-beside = { $refused ->
    [one] { $host } hat { $refused } Nachricht an einzelne Empfänger von { $domain } abgelehnt; Post an einen anderen hat er zuletzt am { $at } angenommen
   *[other] { $host } hat { $refused } Nachrichten an einzelne Empfänger von { $domain } abgelehnt; Post an einen anderen hat er zuletzt am { $at } angenommen
}
known-source-of-connector = { $known ->
    [yes] { $source } steht in source_addresses des Konnektors „{ $connector }“ in mailflow.toml; diese Maschine hat { $own }
   *[no] { $source } steht in source_addresses des Konnektors „{ $connector }“ in mailflow.toml
}
known-source-of-machine = { $known ->
    [yes] { $source } steht in source_addresses von [delivery] in causeway.toml; diese Maschine hat { $own }
   *[no] { $source } steht in source_addresses von [delivery] in causeway.toml
}
known-mailboxes-here = { $count ->
    [one] { $count } Postfach von { $domain } liegt auf diesem Server
   *[other] { $count } Postfächer von { $domain } liegen auf diesem Server
}

story-changed-here = Es ging bis { $worked }. Dann hat Revision { $number } ({ $author }, { $at }) diesen Weg hier geändert: { $what }.
story-worked-until = Es ging bis { $at }, und hier wurde seither nichts geändert: Der Grund liegt bei der Gegenseite oder auf dem Weg dorthin.
story-unchanged = Bis { $at } hat es funktioniert, und seither wurde hier an diesem Weg nichts geändert.
story-never-worked = Soweit die Aufzeichnungen reichen, hat es nie funktioniert.
story-everything-fails = { $failing ->
    [one] Ein anderes Ziel, das kürzlich funktionierte, ist nun ebenso gestört
   *[other] { $failing } andere Ziele, die kürzlich funktionierten, sind nun ebenso gestört
}, und keines wird erreicht: Der Grund liegt hier.

# Where none of the known causes is left.
no-cause-fits = Keine der bekannten Ursachen passt: Jede ist ausgeschlossen.
    .do = Sehen Sie nach, was sie ausgeschlossen hat (causeway alert show), und fragen Sie die Gegenseite, was sie sieht; was beide Seiten gesehen haben, grenzt es ein.
no-cause-holds = Was fehlschlug, funktioniert inzwischen: Keine der bekannten Ursachen besteht noch.
    .do = Nichts: Der nächste Versuch zeigt, ob Mail fließt.

outlook-waiting = Der nächste Versuch ist am { $next }. Ändert sich nichts, geht die erste Nachricht am { $returned } an ihren Absender zurück.
outlook-next = Der nächste Versuch ist am { $next }.
outlook-nothing = Nichts wartet auf einen weiteren Versuch.
outlook-returned = Ändert sich nichts, geht die erste Nachricht am { $returned } an ihren Absender zurück.
outlook-gone = Was gestört war, geht inzwischen; der nächste Versuch ist am { $next }.
outlook-gone-now = Was gestört war, geht inzwischen.

# Auswege, die der Server selbst gehen kann.
remedy-revert = Revision { $number } des Nachrichtenflusses wieder in Kraft setzen
    .warning = Das nimmt eine Forderung nach TLS zurück: Post auf diesem Weg kann dann im Klartext gehen oder an einen Server, der sich nicht ausgewiesen hat. Nur tun, wenn der Weg bekanntermaßen sicher ist.
remedy-correct-smart-host = Den Smarthost des Konnektors „{ $connector }“ auf { $value } setzen
    .warning = Der Name sieht dem im Konnektor nur ähnlich; er kann jemand anderem gehören. Vergewissern Sie sich, dass es der gemeinte Server ist.
remedy-correct-port = Den Smarthost des Konnektors „{ $connector }“ auf { $value } setzen, den Port, auf dem ein Mailserver antwortet
remedy-correct-tls-name = Im Konnektor „{ $connector }“ den Namen { $value } erwarten, den das Zertifikat trägt
    .warning = Ein Zertifikat für einen eigenen Namen kann jeder zeigen. Vergewissern Sie sich auf anderem Weg, dass dies der Name des gemeinten Servers ist.
remedy-make-authoritative = Die Domäne { $domain } auf autoritativ setzen: Adressen ohne Postfach hier werden dann abgewiesen
remedy-disable-connector = Den Konnektor „{ $connector }“ abschalten
    .warning = Seine Post geht dann einen anderen Weg, ins Internet, wenn kein anderer Konnektor sie nimmt, und ohne das TLS, das dieser Konnektor fordert.
remedy-remove-connector = Den Konnektor „{ $connector }“ entfernen
    .warning = Seine Post geht dann einen anderen Weg, ins Internet, wenn kein anderer Konnektor sie nimmt, und ohne das TLS, das dieser Konnektor fordert.
remedy-flush-dns = Die hier gemerkten DNS-Antworten vergessen und neu versuchen
remedy-retry = Jetzt neu versuchen
remedy-raise-tls = Im Konnektor „{ $connector }“ ein Zertifikat für { $value } verlangen, den Namen, den das gezeigte trägt
    .warning = Das Kennwort geht dann an jeden, der ein gültiges Zertifikat für { $value } hat. Nur tun, wenn das bekanntermaßen der Name des gemeinten Servers ist.
fix-no-way-by-mx = Ohne den Konnektor hat Post für { $domain } jetzt keinen Weg: { $why }
remedy-lower-tls = Im Konnektor „{ $connector }“ weniger von TLS verlangen: { $value }
    .warning = Das macht die Post auf diesem Weg unsicherer: Andere können sie unterwegs lesen oder verändern, und wer sie erhält, ist nicht mehr bewiesen. Nur tun, wenn der Weg bekanntermaßen sicher ist, und danach zurückstellen.
remedy-remove-credentials = Benutzername und Kennwort aus dem Konnektor „{ $connector }“ nehmen
    .warning = Die Post geht dann ohne Anmeldung an einen Server, der nicht bewiesen hat, wer er ist. Nur tun, wenn der Server Post von hier ohne Anmeldung annimmt und der Weg sicher ist.

confidence-confirmed = bestätigt
confidence-likely = wahrscheinlich
confidence-unknown = nicht bekannt

closing-mail-flows = es kommt wieder Post durch
closing-nothing-waits = auf diesen Weg wartet keine Post mehr
closing-by-hand = geschlossen von { $author }

fix-pending = am { $at } angewandt; die nächste Zustellung zeigt, ob es geholfen hat
fix-unused = am { $at } angewandt; auf diesen Weg wartet nichts mehr, und nichts hat gezeigt, ob Post durchkommt
fix-helped = am { $at } angewandt, und es hat geholfen
fix-did-not-help = am { $at } angewandt, und es hat nicht geholfen: { $reply }
fix-probe-works = Eine Probe gleich danach kam durch: Der Server lässt eine Sitzung zu, wie der Konnektor sie verlangt. Ob er Post annimmt, zeigt die nächste Zustellung.
fix-probe-works-direct = Eine Probe gleich danach kam durch: Der Server lässt eine Sitzung zu. Ob er Post annimmt, zeigt die nächste Zustellung.
fix-probe-fails = Eine Probe gleich danach kam nicht durch.

alert-subject-open = Post wartet: { $path } ({ $code })
alert-subject-closed = Post kommt wieder durch: { $path }
alert-subject-many = { $count ->
    [one] { $count } gestörter Weg
   *[other] { $count } gestörte Wege
}: Neues zu Meldungen
alert-greeting = Dies ist { $host }, der Mailserver von { $organization }.
alert-head-open = Meldung { $id }: { $path } ist gestört.
alert-head-closed = Meldung { $id } ist geschlossen: { $path } – { $why }.
alert-line-cause = Ursache ({ $confidence }): { $cause }
alert-line-cause-unknown = Ursache: noch nicht bekannt. Möglich: { $cause }
alert-line-cause-none = Ursache: { $cause }
alert-line-also-confirmed = Ebenfalls bestätigt: { $cause }
alert-line-who = Wer handelt: { $who }
alert-line-do = Was zu tun ist: { $action }
alert-line-failure = Letzter Fehler: { $reply }
alert-line-waiting = { $count ->
    [0] Nichts wartet darauf. Zuerst gescheitert: { $since }.
    [one] { $count } Empfänger wartet, seit { $since }
   *[other] { $count } Empfänger warten, seit { $since }
}
alert-line-evidence = Belege:
alert-line-remedies = Was dieser Server tun kann (causeway fix plan { $id }):
alert-line-more = { $count ->
    [one] Eine weitere Meldung hat sich geändert
   *[other] { $count } weitere Meldungen haben sich geändert
}; siehe: causeway alert list
alert-footer = Siehe: causeway alert show { $id }

# Was neben gestörten Wegen Aufmerksamkeit braucht: was es ist, was zu tun ist, worauf es beruht.
notice-mail-loop = Post für { $subject } läuft im Kreis
    .do = Folgen Sie dem Kreis: Einer seiner Server schickt die Post hierher zurück, statt sie zuzustellen. Berichtigen Sie den Konnektor, der dorthin führt, oder setzen Sie { $subject } auf autoritativ, wenn alle Postfächer der Domäne hier sind.
notice-unused-connector = Der Konnektor „{ $subject }“ befördert keine Post
    .do = Schalten Sie den Konnektor ab oder entfernen Sie ihn, wenn er nicht mehr gebraucht wird. Soll Post diesen Weg gehen, prüfen Sie ihn: causeway test outbound, causeway route explain.
notice-mx-elsewhere = Die MX-Einträge von { $subject } führen nicht hierher
    .do = Setzen Sie bei Ihrem DNS-Anbieter die MX-Einträge von { $subject } auf diesen Server. Soll Post erst über einen anderen Server kommen, nennen Sie ihn in expected_mx. Ist die Domäne umgezogen, entfernen Sie sie hier.
notice-foreign-senders = Unsere eigenen Netze senden als { $subject }; das ist keine akzeptierte Domäne
    .do = Gehört { $subject } Ihnen, akzeptieren Sie die Domäne. Wenn nicht, berichtigen Sie die Geräte, die so senden, oder schreiben Sie sender_domains zu ihrem Eintrag in [relay].addresses: Was sie unter anderen Namen senden, wird dann abgelehnt.
notice-certificate-ends = Das Zertifikat von { $subject } gilt nur bis { $ends }
    .do = Erneuern Sie das Zertifikat und seine Kette in den Dateien, die [tls] nennt; sie werden von selbst neu gelesen.
    .theirs = Bitten Sie die Betreiber dieses Servers, sein Zertifikat zu erneuern. Wo der Konnektor Zertifikate prüft, wartet die Post ab dem Tag, an dem es abläuft.
notice-old-clients = Mailprogramme oder Geräte versuchen sich ohne sicheres TLS anzumelden
    .do = Aktualisieren Sie diese Programme oder Geräte, oder stellen Sie sie auf TLS 1.2 oder neuer (STARTTLS auf Port 587, TLS auf Port 465). Bis dahin können sie nicht senden: Kennwörter werden nur über eine sichere Verbindung angenommen.
notice-queue-grows = Es kommt mehr Post herein, als hinausgeht ({ $subject })
    .all = Es kommt mehr Post herein, als hinausgeht, auf allen Wegen zusammen
    .do = Sehen Sie nach, was hereinkommt: causeway queue list, causeway trace. Vielleicht sendet jemand zu viel. Soll es so viel sein, erlauben Sie dem Weg mehr Verbindungen (max_connections), oder bitten Sie die andere Seite um eine höhere Grenze.
notice-unknown-recipients = Viele Empfänger, die es nicht gibt, werden versucht: { $subject }
    .do = Alle werden abgelehnt; verloren geht nichts. Sehen die Adressen nach Raten aus, sammelt jemand Adressen: Sperren Sie die Netze in Ihrer Firewall. Gab es die Adressen einmal, sagen Sie es dem Absender, oder legen Sie Postfächer oder Aliasse an.
notice-log-lost = Zeilen des Protokolls von { $subject } gehen verloren
    .do = Die Post ist nicht betroffen, und was mit jeder Nachricht geschah, steht im Verlauf. Schaffen Sie Platz auf dem Datenträger, auf dem das Protokoll liegt, oder sehen Sie nach, warum das Programm, das es liest, steht.

noted-route = die Nachricht war durch { $hops } Server gegangen und lief so im Kreis: { $route }
noted-sent-by-connector = ihre Received-Zeilen nennen { $id }, die dieser Server gesendet hatte ({ $at }), über den Konnektor „{ $connector }“ an { $host }
noted-sent-by-mx = ihre Received-Zeilen nennen { $id }, die dieser Server gesendet hatte ({ $at }), nach den MX-Einträgen an { $host }
noted-there-since = der Konnektor „{ $connector }“ ist seit { $at } in Gebrauch
noted-last-used = der Konnektor „{ $connector }“ hat zuletzt am { $at } Post befördert
noted-never-used = der Konnektor „{ $connector }“ hat seither keine Post befördert
noted-senders = { $count ->
    [one] { $count } Nachricht
   *[other] { $count } Nachrichten
} an einem Tag mit einem Absender in { $domain }
noted-client = { $client }: { $count }-mal
noted-old-tls = { $client } bietet nur { $offered } an ({ $count }-mal)
noted-old-tls-of = { $client } bietet nur { $offered } an ({ $count }-mal); von dort hat sich zuletzt { $account } angemeldet
noted-no-tls = { $client } versucht es ohne TLS ({ $count }-mal)
noted-no-tls-of = { $client } versucht es ohne TLS ({ $count }-mal); von dort hat sich zuletzt { $account } angemeldet
noted-certificate = das Zertifikat, das { $holder } zeigt (für { $names }, von { $issuer }), läuft am { $ends } ab
noted-growth = { $now } Empfänger warten; { $span } davor waren es { $before }, und { $delivered } Nachrichten gingen inzwischen hinaus
noted-unknown = { $count ->
    [one] { $count } Empfänger, den es nicht gibt, wurde
   *[other] { $count } Empfänger, die es nicht gibt, wurden
} binnen { $span } versucht ({ $subject })
noted-lines-not-read = { $count ->
    [one] { $count } Zeile fand keinen Platz, da niemand das Protokoll liest
   *[other] { $count } Zeilen fanden keinen Platz, da niemand das Protokoll liest
}
noted-lines-lost = { $count ->
    [one] { $count } Zeile wurde nicht geschrieben
   *[other] { $count } Zeilen wurden nicht geschrieben
}: { $problem }

remedy-accept-domain = Die Domäne { $domain } akzeptieren (autoritativ)
    .warning = Post an diese Domäne wird dann hier zugestellt und nirgends sonst: Wer hier kein Postfach hat, wird abgelehnt. Tun Sie es nur, wenn die Domäne Ihnen gehört, und legen Sie ihre Postfächer an; sind sie anderswo, setzen Sie die Domäne auf internal_relay und geben ihr einen Konnektor.
remedy-look-again = Jetzt noch einmal nachsehen
closing-mended = es ist behoben oder nicht wieder vorgekommen
fix-watched = am { $at } angewandt; was als Nächstes kommt, zeigt, ob es geholfen hat
fix-still-so = am { $at } angewandt, und es ist noch immer so
alert-subject-over = Vorbei: { $cause }
alert-head-notice = Meldung { $id }: { $cause }.
alert-line-since = Seit: { $since }
