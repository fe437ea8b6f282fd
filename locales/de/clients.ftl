# Die Seite mit den Einstellungen für Mailprogramme und `causeway domain clients`.

clients-title = Einstellungen für Mailprogramme
clients-title-of = Einstellungen für Mailprogramme – { $name }
clients-intro = Die meisten Mailprogramme finden diese Einstellungen selbst, sobald sie die Adresse kennen. Fragt eines danach, tragen Sie ein, was hier steht.
clients-your-address = Ihre Mailadresse
clients-show = Einstellungen zeigen
clients-incoming = Eingehende Nachrichten (POP3)
clients-outgoing = Ausgehende Nachrichten (SMTP)
clients-alternative = falls die erste Möglichkeit nicht geht
clients-server = Server
clients-port = Port
clients-security = Verschlüsselung
clients-user = Benutzername
clients-whole-address = Ihre vollständige Mailadresse
clients-password = Kennwort
clients-password-of-mailbox = das Kennwort des Postfachs oder ein Anwendungskennwort
clients-password-note = Benutzername und Kennwort sind für eingehende und ausgehende Nachrichten dieselben; wählen Sie als Anmeldeart das normale Kennwort.
clients-apple = Profil für Mail auf iPhone, iPad und Mac
clients-not-ours = Für Adressen dieser Domäne gibt es hier keine Postfächer. Prüfen Sie den Teil nach dem @-Zeichen.
clients-none = Auf diesem Server ist noch keine Domäne eingerichtet.
clients-no-services = Dieser Server hat keinen Listener für Mailprogramme (pop3, pop3s, submission oder submissions in causeway.toml).
clients-service = Dienst
clients-settings-for = Einstellungen für Mailprogramme der Benutzer von { $domain }:
clients-records = DNS-Einträge, mit denen Programme diese Einstellungen finden (RFC 6186):
clients-records-web = Diese beiden nur mit einem Webserver, der HTTPS-Anfragen an den Admin-Listener weitergibt (siehe docs/clients.md):
clients-warning = Hinweis: { $what }
