# De pagina met de instellingen voor mailprogramma's, en `causeway domain clients`.

clients-title = Instellingen voor mailprogramma’s
clients-title-of = Instellingen voor mailprogramma’s – { $name }
clients-intro = De meeste mailprogramma’s vinden deze instellingen zelf zodra ze het adres kennen. Vraagt een programma ernaar, vul dan in wat hier staat.
clients-your-address = Uw mailadres
clients-show = Instellingen tonen
clients-incoming = Inkomende mail (POP3)
clients-outgoing = Uitgaande mail (SMTP)
clients-alternative = als de eerste niet werkt
clients-server = Server
clients-port = Poort
clients-security = Versleuteling
clients-user = Gebruikersnaam
clients-whole-address = uw volledige mailadres
clients-password = Wachtwoord
clients-password-of-mailbox = het wachtwoord van de mailbox, of een toepassingswachtwoord
clients-password-note = Gebruik voor inkomende en uitgaande mail dezelfde gebruikersnaam en hetzelfde wachtwoord, en kies het normale wachtwoord als manier van aanmelden.
clients-apple = Profiel voor Mail op iPhone, iPad en Mac
clients-not-ours = Voor adressen van dit domein zijn hier geen mailboxen. Controleer het deel na het apenstaartje.
clients-none = Op deze server is nog geen domein ingericht.
clients-no-services = Deze server heeft geen listener voor mailprogramma’s (pop3, pop3s, submission of submissions in causeway.toml).
clients-service = Dienst
clients-settings-for = Instellingen voor mailprogramma’s van gebruikers van { $domain }:
clients-records = DNS-records waarmee programma’s deze instellingen vinden (RFC 6186):
clients-records-web = Deze twee alleen met een webserver die HTTPS-verzoeken doorgeeft aan de admin-listener (zie docs/clients.md):
clients-warning = Let op: { $what }
