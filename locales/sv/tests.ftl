# Anslutningstester: vad stegen visar, och vad som ska göras.

test-skipped = inte provat, eftersom ett tidigare steg misslyckades
test-addresses = { $host } har adresserna { $addresses }
test-domain-authoritative = { $domain } är godkänd här som auktoritativ domän: alla postlådor finns här
test-domain-internal-relay = { $domain } är godkänd här som internt relä: mottagare utan postlåda här går vidare till en annan server
test-domain-unknown = { $domain } är inte en godkänd domän på den här servern: e-post till den avvisas som relä
test-connector-enabled = anslutningen ”{ $connector }” är i bruk
test-connector-disabled = anslutningen ”{ $connector }” är inte i bruk
test-connector-any-domain = anslutningen tar varje domän efter dess MX-poster: utan mottagare finns ingen server att prova
test-connector-missing = { $domain } är ett internt relä, och ingen anslutning för dess mottagare vidare
test-connector-found = mottagare som inte finns här går vidare genom anslutningen ”{ $connector }”
test-connector-not-needed = { $domain } är auktoritativ: ingen anslutning behövs
test-record = { $record }
test-spf-none = { $domain } har ingen SPF-post
test-spf-many = { $domain } har { $count } SPF-poster: mottagare använder då ingen av dem
test-spf-covers = SPF-posten för { $domain } täcker adresserna som den här servern skickar från: { $addresses }
test-spf-misses = SPF-posten för { $domain } täcker inte { $address }, som den här servern skickar från: mottagare finner ”{ $result }”
test-spf-unknown = om SPF-posten för { $domain } täcker { $address } går inte att säga nu: för ett namn i den kom inget svar
test-spf-broken = SPF-posten för { $domain } kan inte utvärderas: den har ett fel, eller behöver mer än 10 uppslag
test-spf-private = den här servern skickar från { $address }, som SPF-posten för { $domain } inte täcker: en privat adress, i vars ställe andra ser en annan
test-dkim-own = nyckeln som den här servern signerar med är publicerad vid { $name }
test-dkim-own-missing = den här servern signerar med en nyckel vars post saknas vid { $name }: signaturerna räknas inte
test-dkim-own-different = den här servern signerar med en nyckel, och vid { $name } finns en annan: signaturerna är ogiltiga
test-dkim-none = ingen DKIM-nyckel för { $domain } hittades vid de vanliga selektorerna
test-dkim-found = DKIM-nycklar är publicerade vid selektorerna { $selectors }
test-dmarc-none = { $domain } har ingen DMARC-post
test-dmarc-many = { $domain } har { $count } DMARC-poster: mottagare använder då ingen av dem

advice-accept-domain = Lägg till domänen här (causeway domain add { $domain }), om dess e-post ska komma till den här servern.
advice-no-mx = Publicera hos DNS-leverantören en MX-post för { $domain } som anger { $host }.
advice-mx-mixed = Ta hos DNS-leverantören bort de MX-poster som inte leder hit, om inte en annan server också ska ta emot denna e-post; den här servern är { $host }.
advice-mx-here = Låt hos DNS-leverantören MX-posten för { $domain } ange { $host }, om e-posten ska komma hit först.
advice-null-mx = Ersätt hos DNS-leverantören null MX för { $domain } med en MX-post som anger { $host }.
advice-mx-unusable = Låt hos DNS-leverantören varje MX-post ange en värd som har en adress ({ $domain }).
advice-recipient-refused = Varje domän behöver en postmaster (RFC 5321): skapa en postlåda eller ett alias postmaster@{ $domain }. Om svaret talar om relä godkänner servern som svarade inte domänen.
advice-connector-disabled = Ta anslutningen i bruk: causeway connector enable "{ $connector }"
advice-connector-missing = Skapa en utgående anslutning vars mottagardomäner innehåller { $domain }, eller gör domänen auktoritativ om alla dess postlådor finns här.
advice-masked = En brandvägg eller ett e-postfilter på vägen ändrar SMTP. Låt stänga av dess SMTP-granskning (”fixup”, ”mailguard”, ”ESMTP inspection”) för e-post mellan de två servrarna.
advice-starttls = Låt ställa in TLS på den servern (ett certifikat, STARTTLS annonserat).
advice-starttls-connector = Låt ställa in TLS på den servern (ett certifikat, STARTTLS annonserat), eller sänk anslutningens TLS-nivå om e-posten får gå oskyddad.
advice-certificate-soon = Certifikatet upphör om { $span }: låt förnya det innan dess.
advice-ocsp = E-post går fram ändå. Den som sköter den servern bör låta den hämta ett nytt besked från utfärdaren (OCSP-stapling), eller inte skicka med något.
advice-tlsa-unusable = Den som sköter domänen bör publicera TLSA-poster med usage 2 eller 3 och en kontrollsumma av rätt längd (3 1 1 är vanligt).
advice-tlsa-unasked = Låt den här servern för DANE fråga en validerande resolver på den här maskinen, eller lita på en annan med trust_ad = true i [dns] i causeway.toml.
advice-sts-unusable = Den som sköter { $domain } bör laga https://mta-sts.{ $domain }/.well-known/mta-sts.txt. Till dess går e-post utan policyn, om inte en äldre är känd här.
advice-relay-open = Den här maskinens adress hör kanske till de nät som servern sänder för: då är det som det ska. Testa från en adress utanför dem. Tas det emot även där kan vem som helst sända genom den här servern: låt stänga den genast. Den ska ta emot e-post bara för sina egna domäner, och från klienter som loggar in eller kommer från dess egna nät.
advice-relay-open-here = Den servern finns på den här maskinen, vars egna adresser oftast hör till de nät som får sända: det säger inget om främlingar. Testa från en maskin utanför dem.
advice-name-unknown = Kontrollera hur namnet är skrivet. Är det rätt måste den som driver domänen publicera en adress eller en MX-post för det, eller förnya domänen om den har gått ut.
advice-not-delegated = Slå upp domänen hos registraren: förnya den om den har gått ut, och kontrollera vilka namnservrar som står där.
advice-delegation-unknown = Servrarna ovanför den här domänen svarar inte härifrån. Kontrollera om en brandvägg släpper ut DNS-frågor (port 53, UDP och TCP), och försök igen senare.
advice-name-server = Låt den som driver { $server } laga den, eller ta bort den ur delegeringen hos registraren.
advice-resolver = Namnuppslagaren { $server } är en som den här servern själv frågar: laga den, eller ange andra i [dns] servers i causeway.toml.
advice-secondary-old = En namnserver har fortfarande en äldre version av zonen. Låt den som driver den kontrollera zonöverföringen; till dess kan vartannat svar vara det gamla.
advice-cached-wait = Inget behöver göras: det gamla svaret upphör av sig självt. Vänta så länge innan ändringen bedöms.
advice-spf-none = Publicera en TXT-post vid { $domain } som nämner servrarna som skickar för den, till exempel ”{ $record }”.
advice-spf-misses = Lägg till { $term } i TXT-posten vid { $domain }: ”{ $record }”.
advice-spf-broken = Rätta TXT-posten: include, a, mx, ptr, exists och redirect får tillsammans stå där tio gånger, de inom include medräknade.
advice-spf-private = Ta reda på vilken adress andra ser (oftast routerns) och se till att SPF-posten för { $domain } täcker den.
advice-dkim-own = Publicera vid { $name } TXT-posten ”{ $value }”.
advice-spf-everybody = Posten låter vem som helst sända som { $domain }. Låt den sluta med ”-all” eller ”~all”.
advice-spf-many = Slå ihop SPF-posterna för { $domain } till en.
advice-dkim-none = Om { $domain } signerar sin e-post, ange selektorn: causeway domain troubleshoot { $domain } --dkim-selector NAME. Om inte, kan stora mottagare avvisa e-posten.
advice-dmarc-none = Publicera vid _dmarc.{ $domain } en TXT-post, till att börja med ”v=DMARC1; p=none; rua=mailto:postmaster@{ $domain }”.
advice-dmarc-many = Låt en enda DMARC-post stå vid _dmarc.{ $domain }.

# Hints of `connector validate`.
test-refused = Värden svarade genast att den inte tar emot någon anslutning på den här porten (TCP-reset). En stoppad e-posttjänst, fel port och en brandvägg som svarar så ser likadana ut härifrån: kontrollera på värden att e-posttjänsten körs och lyssnar på den här porten, och sedan att en brandvägg släpper igenom våra adresser (`causeway connector firewall`).
test-possible-cause = Möjlig orsak: { $cause } { $action }
