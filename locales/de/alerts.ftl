# Meldungen über gestörte Wege: Belege aus den eigenen Aufzeichnungen, wie es dazu kam, die Auswege und die
# Nachrichten an Administratoren.

known-failure = { $target }: { $reply }
known-no-tls = ohne TLS
known-last-success = zuletzt ging am { $at } Post durch, an { $target } ({ $tls })
known-never-worked = soweit die Aufzeichnungen reichen, ist hier nie Post durchgegangen
known-changed = Revision { $number } von { $author }, { $at }: { $what }
known-nothing-changed = an diesem Weg wurde hier seit dem { $at } nichts geändert
known-address-changed = zuletzt ging Post an { $before }; jetzt wird { $now } versucht
known-others = { $failing } Ziele sind gestört, { $well } haben kürzlich Post angenommen
known-mailboxes-here = { $count ->
    [one] { $count } Postfach von { $domain } liegt auf diesem Server
   *[other] { $count } Postfächer von { $domain } liegen auf diesem Server
}

story-changed-here = Es ging bis { $worked }. Dann hat Revision { $number } ({ $author }, { $at }) diesen Weg hier geändert: { $what }.
story-worked-until = Es ging bis { $at }, und hier wurde seither nichts geändert: Der Grund liegt bei der Gegenseite oder auf dem Weg dorthin.
story-never-worked = Soweit die Aufzeichnungen reichen, hat es nie funktioniert.
story-everything-fails = Auch sonst ist nichts erreichbar ({ $failing } Ziele sind gestört): Der Grund liegt hier.

outlook-waiting = Der nächste Versuch ist am { $next }. Ändert sich nichts, geht die erste Nachricht am { $returned } an ihren Absender zurück.
outlook-next = Der nächste Versuch ist am { $next }.
outlook-nothing = Nichts wartet auf einen weiteren Versuch.
outlook-gone = Was gestört war, geht inzwischen; der nächste Versuch ist am { $next }.

# Auswege, die der Server selbst gehen kann.
remedy-revert = Revision { $number } des Nachrichtenflusses wieder in Kraft setzen
remedy-correct-smart-host = Den Smarthost des Konnektors „{ $connector }“ auf { $value } setzen
remedy-correct-port = Den Smarthost des Konnektors „{ $connector }“ auf { $value } setzen, den Port, auf dem ein Mailserver antwortet
remedy-correct-tls-name = Im Konnektor „{ $connector }“ den Namen { $value } erwarten, den das Zertifikat trägt
remedy-make-authoritative = Die Domäne { $domain } auf autoritativ setzen: Alle ihre Postfächer sind hier
remedy-disable-connector = Den Konnektor „{ $connector }“ abschalten
remedy-remove-connector = Den Konnektor „{ $connector }“ entfernen
remedy-flush-dns = Die hier gemerkten DNS-Antworten vergessen und neu versuchen
remedy-retry = Jetzt neu versuchen
remedy-lower-tls = Im Konnektor „{ $connector }“ weniger von TLS verlangen: { $value }
    .warning = Das macht die Post auf diesem Weg unsicherer: Andere können sie unterwegs lesen oder verändern, und wer sie erhält, ist nicht mehr bewiesen. Nur tun, wenn der Weg bekanntermaßen sicher ist, und danach zurückstellen.

confidence-confirmed = bestätigt
confidence-likely = wahrscheinlich
confidence-unknown = nicht bekannt

closing-mail-flows = es kommt wieder Post durch
closing-nothing-waits = auf diesen Weg wartet keine Post mehr
closing-by-hand = geschlossen von { $author }

fix-pending = am { $at } angewandt; die nächste Zustellung zeigt, ob es geholfen hat
fix-helped = am { $at } angewandt, und es hat geholfen
fix-did-not-help = am { $at } angewandt, und es hat nicht geholfen: { $reply }
fix-probe-works = Eine Probe gleich danach kam durch: Der Server nimmt Mail an, wie der Konnektor es verlangt.
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
alert-line-who = Wer handelt: { $who }
alert-line-do = Was zu tun ist: { $action }
alert-line-failure = Letzter Fehler: { $reply }
alert-line-waiting = { $count ->
    [one] { $count } Empfänger wartet
   *[other] { $count } Empfänger warten
}, seit { $since }
alert-line-evidence = Belege:
alert-line-remedies = Was dieser Server tun kann (causeway fix plan { $id }):
alert-line-more = { $count ->
    [one] Eine weitere Meldung hat sich geändert
   *[other] { $count } weitere Meldungen haben sich geändert
}; siehe: causeway alert list
alert-footer = Siehe: causeway alert show { $id }
