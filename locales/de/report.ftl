# Berichte an Absender: nicht zugestellt, verzögert, zugestellt, weitergegeben.

from-name = E-Mail-Zustellung, { $organization }
subject-failed = Nicht zugestellt: { $subject }
subject-delayed = Verzögert: { $subject }
subject-delivered = Zugestellt: { $subject }
subject-relayed = Weitergegeben: { $subject }
subject-expanded = Verteilt: { $subject }
subject-failed-report = Bericht nicht zugestellt: { $subject }
subject-none = (kein Betreff)

headline-failed-one = Ihre Nachricht an { $recipient } konnte nicht zugestellt werden.
headline-failed-many = Ihre Nachricht konnte an { $count } Empfänger nicht zugestellt werden.
headline-failed-report = Ein Bericht an { $recipient } konnte nicht zugestellt werden.
headline-delayed-one = Ihre Nachricht an { $recipient } verspätet sich.
headline-delayed-many = Ihre Nachricht an { $count } Empfänger verspätet sich.
headline-delivered-one = Ihre Nachricht an { $recipient } wurde zugestellt.
headline-delivered-many = Ihre Nachricht wurde an { $count } Empfänger zugestellt.
headline-relayed-one = Ihre Nachricht an { $recipient } wurde an den nächsten Server weitergegeben.
headline-relayed-many = Ihre Nachricht wurde für { $count } Empfänger an den nächsten Server weitergegeben.
headline-expanded-one = Ihre Nachricht an { $recipient } wurde verteilt.
headline-expanded-many = Ihre Nachricht an { $count } Verteileradressen wurde verteilt.

lead-report = Mit diesem Bericht wollte unser Mailserver jemandem mitteilen, was aus einer Nachricht geworden ist. Diese Person weiß nun nichts davon; der Bericht ist beigefügt. Wenn Sie sie kennen, geben Sie ihn auf anderem Weg weiter. Ist die Absenderadresse erfunden, wie bei Spam üblich, ist nichts zu tun.
lead-delayed = Sie brauchen sie nicht noch einmal zu senden: Wir versuchen die Zustellung weiter bis { $moment }.
lead-held = Sie brauchen sie nicht noch einmal zu senden: Die Administration entscheidet über sie. Ohne Entscheidung erhalten Sie sie am { $moment } zurück.
lead-next-attempt = Der nächste Versuch ist am { $moment }.
lead-if-never = Gelingt die Zustellung bis dahin nicht, erhalten Sie einen weiteren Bericht.
lead-delivered = Sie liegt im Postfach. Sie hatten um diese Bestätigung gebeten; sie sagt nicht, dass die Nachricht gelesen wurde.
lead-relayed = Der nächste Server hat sie angenommen, bestätigt aber keine Zustellungen. Eine Bestätigung wird deshalb nicht folgen. Kann er die Nachricht nicht zustellen, sollte er es Ihnen mitteilen.
lead-expanded = Die Adresse steht für mehrere Empfänger, und die Nachricht wurde an sie weitergegeben. Für die einzelnen Empfänger folgt keine Bestätigung.

verdict-queued = { $attempts ->
    [one] Wir haben es bisher einmal versucht.
   *[other] Wir haben es bisher { $attempts }-mal versucht, über { $span } hinweg.
}
verdict-expired = { $attempts ->
    [0] Die Frist für die Zustellung ist abgelaufen.
    [one] Wir haben es einmal versucht; die Frist für die Zustellung ist abgelaufen, und wir versuchen es nicht weiter.
   *[other] Wir haben es { $attempts }-mal versucht (Zeitraum: { $span }) und versuchen es nicht weiter.
}
verdict-final = Das ist endgültig: Solange sich nichts ändert, würde dieselbe Nachricht wieder scheitern.
verdict-returned = Es gibt keine weiteren Versuche. Sie können die Nachricht erneut senden; ob das jetzt sinnvoll ist, weiß der Administrator.

move-sender = Sie können das selbst lösen.
move-sender-admin = Ihre E-Mail-Administration ist am Zug.
move-recipient = Der Empfänger ist am Zug.
move-recipient-admin = Die Administration des Mailsystems auf Empfängerseite ist am Zug.
move-partner-admin = Die Administration des Servers auf der Gegenseite ist am Zug.
move-service = Wir sind am Zug: die Administration des Mailservers von { $organization }.
move-nobody = Niemand muss etwas tun; Abwarten genügt.
move-not-tested = Das ist unsere Vermutung; die möglichen Ursachen, weiter unten für die Administration aufgeführt, wurden nicht geprüft.
move-not-settled = Das ist unsere Vermutung: Was geprüft wurde, weiter unten für die Administration aufgeführt, entscheidet es nicht.
party-sender = Sie
party-service = { $organization }
party-acts = am Zug

problem-name-unknown = Die E-Mail-Domäne { $domain } oder der für sie zuständige Server ist im Namensverzeichnis des Internets (DNS) nicht vorhanden.
problem-name-trouble = Das Namensverzeichnis des Internets (DNS) gibt keine brauchbare Auskunft, wohin Nachrichten für { $domain } gehen.
problem-takes-no-mail = { $domain } hat erklärt, keinerlei E-Mail anzunehmen.
problem-no-connection = Der Mailserver für { $domain } antwortet nicht.
problem-refused = Der Mailserver für { $domain } weist unsere Verbindungen ab.
problem-no-service = Der Mailserver für { $domain } ist erreichbar, bietet seinen Dienst derzeit aber nicht an.
problem-no-tls = Eine gesicherte Verbindung zum Mailserver für { $domain } ist vorgeschrieben und kommt nicht zustande.
problem-certificate = Der Mailserver für { $domain } kann sich nicht ausweisen: Sein Zertifikat ist nicht gültig.
problem-broken = Die Verbindung zum Mailserver für { $domain } bricht ab, bevor die Nachricht übergeben ist.
problem-login = Der Mailserver für { $domain } nimmt Nachrichten nur nach einer Anmeldung an, und unsere Anmeldung dort gelingt nicht.
problem-loop = Die Nachricht würde zwischen Mailservern im Kreis laufen, statt { $domain } zu erreichen.
problem-no-route = Ein Postfach mit dieser Adresse gibt es hier nicht, und ein Weg zu dem Server, auf dem es sein könnte, ist nicht eingerichtet.
problem-user-unknown = Diese Adresse gibt es bei { $domain } nicht.
problem-moved = Das Postfach des Empfängers hat eine andere Adresse bekommen.
problem-mailbox-disabled = Das Postfach des Empfängers ist abgeschaltet.
problem-mailbox-full = Das Postfach des Empfängers ist voll.
problem-too-big = Die Nachricht ist zu groß für den Mailserver des Empfängers.
problem-too-big-limit = Die Nachricht ist zu groß: Sie umfasst { $size }, und der Mailserver des Empfängers nimmt höchstens { $limit } an.
problem-unsupported = Die Nachricht verwendet etwas, das der Mailserver für { $domain } nicht beherrscht, etwa Umlaute in einer Adresse.
problem-relay-denied = Der Mailserver, an den wir verwiesen wurden, nimmt keine Nachrichten für { $domain } an.
problem-too-many-recipients = Die Nachricht hat mehr Empfänger, als der Mailserver für { $domain } auf einmal annimmt.
problem-spam = Der Mailserver für { $domain } hielt die Nachricht für Spam und hat sie abgewiesen.
problem-virus = Der Mailserver für { $domain } hat in der Nachricht Schadsoftware gefunden und sie abgewiesen.
problem-content = Der Mailserver für { $domain } hat die Nachricht wegen ihres Inhalts oder ihrer Form abgewiesen.
problem-blocked = Der Mailserver für { $domain } vertraut unserem Mailserver oder Ihrer Domäne nicht und hat die Nachricht abgewiesen.
problem-sender-refused = Der Mailserver für { $domain } nimmt von Ihrer Adresse keine Nachrichten an.
problem-policy = Eine Regel der Organisation des Empfängers verbietet die Zustellung.
problem-later = Der Mailserver für { $domain } bittet uns immer wieder, es später zu versuchen.
problem-server-trouble = Der Mailserver für { $domain } ist selbst gestört und kann die Nachricht derzeit nicht annehmen.
problem-other = Der Mailserver für { $domain } hat die Nachricht abgewiesen. Seine Antwort steht weiter unten im Wortlaut.
problem-ours = Eine Störung unseres eigenen Mailservers verhindert die Zustellung.
problem-returned = Die Zustellung dieser Nachricht wurde von der Administration unseres Mailservers beendet.
problem-held = Unser Mailserver hat diese Nachricht beim Eintreffen zurückgehalten, damit die Administration sie sich ansieht.
problem-forward-limit = Das Postfach des Empfängers leitet seine Post weiter und hat in dieser Stunde so viel weitergeleitet, wie es darf.
problem-not-tried = Die Nachricht wartete auf unserem Mailserver, und ihre Frist lief ab, bevor eine Zustellung versucht wurde.

step-wait = Tun Sie nichts: Die Zustellung wird von selbst wieder versucht.
step-wait-for-decision = Warten Sie die Entscheidung ab: Sie brauchen die Nachricht nicht noch einmal zu senden.
step-other-way = Wenn es eilt, wenden Sie sich auf anderem Weg an den Empfänger, zum Beispiel telefonisch.
step-check-domain = Prüfen Sie den Teil der Adresse nach dem @-Zeichen Buchstabe für Buchstabe. Enthält er einen Schreibfehler, senden Sie die Nachricht an die richtige Adresse.
step-check-address = Prüfen Sie die Adresse Buchstabe für Buchstabe. Enthält sie einen Schreibfehler, senden Sie die Nachricht an die richtige Adresse.
step-drop-suggestion = Tippen Sie die Adresse neu ein, statt den Vorschlag Ihres Programms zu übernehmen; gespeicherte Adressen können veraltet sein.
step-ask-recipient = Fragen Sie den Empfänger, zum Beispiel telefonisch, welche Adresse gilt.
step-send-again-later = Senden Sie die Nachricht in einigen Stunden oder am nächsten Werktag noch einmal.
step-send-again-when-told = Senden Sie die Nachricht noch einmal, sobald die Administration Ihnen sagt, dass die Störung behoben ist.
step-tell-recipient = Verständigen Sie den Empfänger auf anderem Weg und bitten Sie ihn, diesen Bericht an seine Administration weiterzugeben.
step-tell-recipient-full = Lassen Sie den Empfänger auf anderem Weg wissen, dass sein Postfach voll ist.
step-tell-own-administrator = Geben Sie diesen Bericht an die Administration Ihrer eigenen E-Mail-Domäne weiter.
step-ask-postmaster = Bitten Sie { $postmaster } um Hilfe und fügen Sie diesen Bericht bei.
step-use-new-address = Verwenden Sie die neue Adresse, falls die Antwort des Servers weiter unten sie nennt.
step-make-smaller = Verkleinern Sie die Nachricht: Lassen Sie Anhänge weg, komprimieren Sie sie oder verteilen Sie sie auf mehrere Nachrichten.
step-send-link = Oder legen Sie die Dateien an einem gemeinsamen Ort ab und senden Sie einen Link.
step-plain-address = Hat der Empfänger eine Adresse, die nur aus den Buchstaben A bis Z besteht, verwenden Sie diese.
step-fewer-recipients = Senden Sie die Nachricht in mehreren Teilen an jeweils weniger Empfänger.
step-change-content = Formulieren Sie die Nachricht um und lassen Sie entbehrliche Links und Anhänge weg; senden Sie sie dann noch einmal.
step-scan-computer = Lassen Sie Ihren Computer und den Anhang auf Schadsoftware prüfen, bevor Sie weitere Nachrichten senden.
step-check-own-address = Prüfen Sie, ob die in Ihrem Mailprogramm eingetragene Absenderadresse Ihre eigene und richtig geschrieben ist.
step-read-answer = Lesen Sie die Antwort des Servers weiter unten; oft nennt sie den Grund.

# Stands at the top of a report in two languages, in the second one.
language-below = Auf Deutsch: siehe unten.

heading-message = Ihre Nachricht
heading-steps = Was Sie tun können
heading-admin = Für die Administration
heading-attempts = Versuche
heading-causes = Mögliche Ursachen
heading-causes-found = Ursachen
heading-hops = Der bisherige Weg der Nachricht
causes-not-tested = Diese Ursachen sind für diesen Fehler bekannt. Für diese Nachricht wurden sie nicht geprüft.
cause-confirmed = Bestätigt: { $cause }
cause-ruled-out = Ausgeschlossen: { $cause }
cause-act = Am Zug ist { $who }: { $action }

label-subject = Betreff
label-received = Hier eingegangen
label-generating-server = Bericht von
label-queue-id = Warteschlangen-ID
label-sender = Absender
label-size = Größe
label-expires = Rückgabe nach
label-next-attempt = Nächster Versuch
label-code = Code
label-target = Zielserver
label-connector = Konnektor
label-answer = Antwort des Servers im Wortlaut
label-finding = Befund
label-stage = Gescheitert
label-tls = TLS
label-attempts = Versuche
label-first-attempt = Erster Versuch
label-last-attempt = Letzter Versuch
label-returned = Von der Administration zurückgegeben
label-time = Zeit (UTC)
label-result = Ergebnis
label-from = Von
label-by = An
label-with = Mit
label-delay = Dauer

attempts-left-out = { $count ->
    [one] Ein Versuch dazwischen ist nicht aufgeführt.
   *[other] { $count } Versuche dazwischen sind nicht aufgeführt.
}
more-recipients = und { $count } weitere
local-mailbox = Postfach auf diesem Server
note-header-only = Die ursprüngliche Nachricht umfasst { $size }. Nur ihr Kopf ist beigefügt.
page-link = Ob die Ursache noch besteht und wie Sie die Nachricht noch einmal senden:
help-link = Hilfe zu diesem Bericht:
help-admin-link = Hilfe zu diesem Code für Administratoren:
contact = Fragen zu diesem Bericht: { $postmaster }

# Die Liste zurückgehaltener Post für die Administration.
held-subject = { $count ->
    [one] { $count } Nachricht wird zurückgehalten
   *[other] { $count } Nachrichten werden zurückgehalten
}
held-lead = { $count ->
    [one] { $count } Nachricht wurde beim Eintreffen zurückgehalten und wartet auf Ihre Entscheidung.
   *[other] { $count } Nachrichten wurden beim Eintreffen zurückgehalten und warten auf Ihre Entscheidung.
}
held-reason = Grund: { $reason }
held-until = Ohne Entscheidung geht sie am { $moment } an den Absender zurück.
held-more = … und { $count } weitere.
held-what-to-do = Sehen Sie sie an, und geben Sie sie dann frei oder zurück:
