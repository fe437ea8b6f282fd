# The page with the settings for mail programs, and `causeway domain clients`.

clients-title = Settings for mail programs
clients-title-of = Settings for mail programs – { $name }
clients-intro = Most mail programs find these settings by themselves once they know the address. Where one asks, enter what stands here.
clients-your-address = Your mail address
clients-show = Show settings
clients-incoming = Incoming mail (POP3)
clients-outgoing = Outgoing mail (SMTP)
clients-alternative = if the first one does not work
clients-server = Server
clients-port = Port
clients-security = Encryption
clients-user = User name
clients-whole-address = your whole mail address
clients-password = Password
clients-password-of-mailbox = the password of the mailbox, or an application password
clients-password-note = Use the same user name and password for incoming and outgoing mail, and choose the normal password as the method of authentication.
clients-apple = Profile for Mail on iPhone, iPad and Mac
clients-not-ours = There is no mail for addresses of this domain here. Check the part after the @ sign.
clients-none = No domain is set up on this server yet.
clients-no-services = This server has no listener for mail programs (pop3, pop3s, submission or submissions in causeway.toml).
clients-service = Service
clients-settings-for = Settings for mail programs of users at { $domain }:
clients-records = DNS records to publish, so that programs find these settings (RFC 6186):
clients-records-web = These two only with a web server that passes HTTPS requests on to the admin listener (see docs/clients.md):
clients-warning = Note: { $what }
