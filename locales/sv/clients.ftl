# Sidan med inställningar för e-postprogram, och `causeway domain clients`.

clients-title = Inställningar för e-postprogram
clients-title-of = Inställningar för e-postprogram – { $name }
clients-intro = De flesta e-postprogram hittar inställningarna själva när de känner till adressen. Om ett program frågar, ange det som står här.
clients-your-address = Din e-postadress
clients-show = Visa inställningar
clients-incoming = Inkommande e-post (POP3)
clients-outgoing = Utgående e-post (SMTP)
clients-alternative = om den första inte fungerar
clients-server = Server
clients-port = Port
clients-security = Kryptering
clients-user = Användarnamn
clients-whole-address = din fullständiga e-postadress
clients-password = Lösenord
clients-password-of-mailbox = brevlådans lösenord, eller ett programlösenord
clients-password-note = Använd samma användarnamn och lösenord för inkommande och utgående e-post, och välj vanligt lösenord som inloggningssätt.
clients-apple = Profil för Mail på iPhone, iPad och Mac
clients-not-ours = Det finns inga brevlådor här för adresser i den domänen. Kontrollera delen efter @-tecknet.
clients-none = Ingen domän är inrättad på den här servern än.
clients-no-services = Den här servern har ingen lyssnare för e-postprogram (pop3, pop3s, submission eller submissions i causeway.toml).
clients-service = Tjänst
clients-settings-for = Inställningar för e-postprogram för användare hos { $domain }:
clients-records = DNS-poster som program hittar inställningarna med (RFC 6186):
clients-records-web = Dessa två bara med en webbserver som skickar HTTPS-frågor vidare till admin-lyssnaren (se docs/clients.md):
clients-warning = Obs: { $what }
