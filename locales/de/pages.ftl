# Seiten im Browser: die Seite zu einem Bericht, Hilfeseiten.

report-page-title = Ihre zurückgekommene Nachricht
report-page-gone-title = Hier ist nichts
report-page-gone = Diese Adresse gilt nicht, oder ihre Zeit ist abgelaufen. Die Seite zu einem Bericht gibt es nur für begrenzte Zeit.
report-page-subject = Betreff
report-page-returned = Zurückgegeben am
report-page-until = Erneut sendbar bis
report-page-recipients = Empfänger
standing-gone = Die Ursache ist behoben: E-Mails an diesen Empfänger kommen wieder an.
standing-gone-since = Die Ursache ist behoben: Seit { $moment } kommen E-Mails dort wieder an.
standing-holds = Die Ursache besteht noch.
standing-holds-last = Die Ursache besteht noch: Zuletzt zeigte sie sich am { $moment }.
standing-next = Der nächste Versuch mit anderen E-Mails ist am { $moment }. Sehen Sie danach wieder hier nach.
standing-in-message = Der Grund liegt in der Nachricht selbst. Ändern Sie sie, wie es im Bericht steht, und senden Sie sie als neue Nachricht.
standing-refused = Der andere Server hat die Nachricht endgültig abgelehnt. Senden Sie sie erneut, sobald Sie wissen, dass der Grund dort behoben ist.
standing-unknown = Ob die Ursache noch besteht, ist nicht bekannt: Seither wurde nichts mehr dorthin gesendet. Sie können es versuchen.
send-again-heading = Erneut senden
send-again-explain = { $count ->
    [one] Die Nachricht wird so, wie Sie sie geschrieben haben, noch einmal an diesen Empfänger gesendet: { $recipients }. Sie müssen nichts neu schreiben. Das geht einmal.
   *[other] Die Nachricht wird so, wie Sie sie geschrieben haben, noch einmal an diese { $count } Empfänger gesendet: { $recipients }. Sie müssen nichts neu schreiben. Das geht einmal.
}
send-again-button = Erneut senden
send-again-later = Sobald die Ursache behoben ist, lässt sie sich hier erneut senden.
send-again-not-kept = Die Nachricht selbst wurde hier nicht aufbewahrt. Bitte senden Sie sie aus dem Ordner „Gesendet“ Ihres Mailprogramms erneut.
send-again-done-title = Ihre Nachricht ist wieder unterwegs
send-again-done = { $count ->
    [one] Sie wurde für einen Empfänger eingereiht. Kann sie nicht zugestellt werden, erhalten Sie einen neuen Bericht.
   *[other] Sie wurde für { $count } Empfänger eingereiht. Kann sie nicht zugestellt werden, erhalten Sie einen neuen Bericht.
}
send-again-before = Sie wurde am { $moment } erneut gesendet. Das geht nur einmal; konnte auch diese Nachricht nicht zugestellt werden, hat ihr eigener Bericht eine neue Seite.
send-again-refused = Das Formular wurde nicht von dieser Seite abgeschickt. Öffnen Sie die Seite noch einmal aus dem Bericht und drücken Sie dort auf den Knopf.
send-again-failed = Die Nachricht konnte gerade nicht erneut gesendet werden. Bitte versuchen Sie es später.
too-many-requests = Zu viele Anfragen auf einmal. Bitte warten Sie eine Minute.

help-title-user = Hilfe: Ihre Nachricht konnte nicht zugestellt werden ({ $code })
help-title-admin = Für Administratoren: { $code }
help-unknown-title = Zu diesem Code gibt es keine Hilfe
help-unknown = Ein Code besteht aus drei Zahlen mit Punkten dazwischen, wie 5.1.1. Dieser ist hier nicht bekannt.
help-what = Was geschehen ist
help-what-several = Dieser Code steht für eines von diesen
help-do = Was Sie tun können
help-domain = der Domain des Empfängers
help-host = der Mailserver des Empfängers
help-postmaster = Ihren Administrator
help-code-name = Name des Codes
help-code-source = Festgelegt in
help-source-hosted = gehostetes Exchange
help-source-both = gehostetes Exchange und Causeway
help-source-registry = Verzeichnis der IANA
help-causes = Mögliche Ursachen
help-why = Warum es dazu führt
help-to-do = Was zu tun ist
help-who = Wer handelt
help-to-admin = Hilfe dazu für Administratoren
help-to-user = Hilfe dazu für Absender
help-feedback = War diese Seite hilfreich?
help-yes = Ja
help-no = Nein
help-thanks-title = Danke
help-thanks = Ihre Antwort hilft, diese Seite zu verbessern.
help-back = Zurück zur Hilfeseite

home-title = Dieser Mailserver
home-came-back = Eine Nachricht kam zurück?
home-came-back-what = Ein Bericht, eine Fehlermeldung oder ein Code wird hier erklärt: was geschehen ist, wer handeln muss und was zu tun ist.
home-code = Code aus einem Bericht, etwa 5.1.1
home-look-up = Nachschlagen
home-mail-program = Ein Mailprogramm einrichten
