# Vad prov visar, som belägg som går att kontrollera. Motpartens ord står som de kom.

finding-nothing = ingenting
finding-dns-records = { $server } svarar { $records } för { $name } { $kind } (giltigt i { $ttl } s)
finding-dns-none = enligt { $server } har { $name } ingen { $kind }-post
finding-dns-no-such-name = enligt { $server } finns { $name } inte (NXDOMAIN)
finding-dns-error = { $server } svarar { $code } för { $name } { $kind }
finding-dns-lame = { $server } anges som namnserver för zonen men betjänar den inte: för { $name } { $kind } kommer { $said }
finding-dns-silent = { $server } svarade inte inom { $span } för { $name } { $kind }
finding-dns-unreachable = { $server } kunde inte tillfrågas om { $name } { $kind }: { $detail }
finding-delegation = { $parent } delegerar { $zone } till { $servers }
finding-not-delegated = enligt { $parent }, som betjänar { $zone }, finns { $name } inte: aldrig registrerat, utgånget eller borttaget
finding-delegation-unknown = namnservrarna för { $zone }, på vägen till { $name }, gav inget svar: { $said }
finding-server-without-address = { $server } anges som namnserver för { $zone } och har ingen adress
finding-serial = { $server } har serienummer { $serial } av { $zone }
finding-answers-differ = namnservrarna är oense om { $name } { $kind }: { $said }
finding-answers-agree = { $count ->
    [one] den enda namnserver som svarar säger för { $name } { $kind }: { $records }
   *[other] alla { $count } namnservrar som svarar säger för { $name } { $kind }: { $records }
}
finding-cached-old = namnuppslagaren { $server } ger fortfarande { $cached } för { $name } { $kind }; zonens egna servrar säger { $current }; det gamla svaret upphör om { $span }
finding-cached-old-unknown = namnuppslagaren { $server } ger fortfarande { $cached } för { $name } { $kind }; zonens egna servrar säger { $current }; när det gamla svaret upphör säger den inte
finding-own-cache-old = den här servern själv har fortfarande { $cached } för { $name } { $kind }, i ytterligare { $span }; zonens egna servrar säger { $current }
finding-cached-current = namnuppslagaren { $server } ger samma svar för { $name } { $kind } som zonens egna servrar
finding-dnssec-bogus = namnuppslagaren { $server } misslyckas för { $name } { $kind } bara på grund av DNSSEC-kontrollen; utan den svarar den { $records }
finding-dnssec-not-the-cause = namnuppslagaren { $server } ger samma sak för { $name } { $kind } med och utan DNSSEC-kontroll
finding-resolver-works = namnuppslagaren { $server } svarar för { $name }, som nyligen fungerade
finding-resolver-fails = inget namn som nyligen fungerade får svar: { $said }
finding-mail-hosts = e-post till { $domain } går till { $hosts }
finding-mail-hosts-implicit = { $domain } har ingen MX-post och är sin egen e-postserver: { $hosts }
finding-mail-hosts-unknown = e-postservrarna för { $domain } går inte att hitta: { $failure }
finding-mx-unusable = { $domain } har MX-poster som inte anger någon värd: { $records }
finding-null-mx = { $domain } förklarar att den inte tar emot e-post (null MX)
finding-alias = { $name } är ett annat namn för: { $chain }
finding-mx-as-expected = { $count ->
    [one] MX-posten för { $domain } anger den väntade servern
   *[other] alla { $count } MX-poster för { $domain } anger väntade servrar
}
finding-mx-mixed = MX-posterna för { $domain } anger väntade servrar ({ $expected }) och andra ({ $others })
finding-mx-elsewhere = ingen MX-post för { $domain } anger en väntad server; de anger { $found }
finding-resembles = { $name } liknar { $known }, som fungerar
finding-resembles-nothing = { $name } liknar inget namn som är känt för att fungera
finding-connected = { $address } tar emot anslutningar; vi kom från { $from }
finding-connected-from-anywhere = { $address } tar emot anslutningar
finding-connect-failed = { $address }: { $failure }
finding-control-reached = { $site } ({ $address }), som nyligen fungerade, går att nå
finding-control-failed = { $site } ({ $address }), som nyligen fungerade, går inte heller att nå: { $failure }
finding-no-controls = det finns inget som nyligen fungerade att jämföra med
finding-submission-open = { $address }, porten för e-postprogram, tar emot anslutningar: värden lever
finding-submission-closed = { $address }, porten för e-postprogram: { $failure }
finding-greeting = { $address } hälsar med: { $reply }
finding-hello = { $address } erbjuder: { $keywords }
finding-hello-encrypted = { $address } erbjuder under TLS: { $keywords }
finding-hello-plain = { $address } kan bara HELO, och därmed inte TLS
finding-session-failed = { $address }, { $stage }: { $failure }
finding-masked = något på vägen till { $address } ändrar SMTP: { $signs }
finding-starttls-offered = { $address } erbjuder STARTTLS
finding-starttls-missing = { $address } erbjuder inte STARTTLS
finding-starttls-refused = { $address } erbjuder STARTTLS och avvisar det sedan: { $reply }
finding-alive = { $address } svarar även efter { $after } ({ $octets } oktetter på en gång)
finding-recipient-taken = { $address } skulle ta emot e-post från <{ $sender }> till <{ $recipient }>: { $reply }
finding-recipient-refused = { $address } tar inte emot e-post från <{ $sender }> till <{ $recipient }>: { $reply }
finding-breaks-after = { $address } misslyckas efter { $command }: { $how }
finding-break-closed = anslutningen stängs
finding-break-silent = det kommer inget mer
finding-large-lost = { $address } svarar vid { $works } oktetter och misslyckas vid { $lost } oktetter: { $how }
finding-tls-works = TLS med { $address } fungerar: { $description }
finding-tls-failed = TLS med { $address } misslyckas: { $failure }
finding-certificate-shown = { $address } visar ett certifikat för { $names }, utfärdat av { $issuer }, giltigt från { $from } till { $until }, med { $count } ytterligare certifikat
finding-certificate-good = certifikatet hos { $address } är giltigt, och för { $name }
finding-certificate-bad = certifikatet hos { $address } godtas inte: { $failure }
finding-certificate-bad-allowed = certifikatet hos { $address } är inte bra, och inget kräver ett bra: { $failure }
finding-ocsp-missing = { $address } skickar inte med något besked från utfärdaren om certifikatet (OCSP); få e-postservrar gör det
finding-ocsp = { $address } skickar med vad utfärdaren säger om certifikatet (OCSP): { $said }; per { $from }, giltigt till { $until }
finding-ocsp-doubted = { $address } skickar med ett besked om sitt certifikat (OCSP): { $said }; per { $from }, giltigt till { $until }. Det räknas inte: { $why }
finding-ocsp-unreadable = { $address } skickar med något oläsligt i stället för utfärdarens besked (OCSP)
finding-ocsp-unanswered = { $address } skickar med ett svar från utfärdaren (OCSP) som bara säger att det inte finns något besked just nu
finding-ocsp-other = { $address } skickar med utfärdarens besked (OCSP) om ett annat certifikat
ocsp-good = det är inte återkallat
ocsp-revoked = det är återkallat sedan { $at }
ocsp-unknown = utfärdaren känner inte till det
ocsp-no-end = ett nyare kommer
ocsp-doubt-issuer = certifikatets utfärdare är inte betrodd här
ocsp-doubt-signature = det är inte undertecknat av certifikatets utfärdare
ocsp-doubt-old = dess tid är ute
ocsp-doubt-early = dess tid har inte börjat
finding-not-probed-budget = inte provat: gränsen för prov är nådd tills vidare
finding-not-probed-time = inte provat: tiden för det här målets prov var slut
finding-not-probed-busy = inte provat: prov av det här målet pågår redan

# Tecken på något som ändrar SMTP.
masking-greeting = hälsningen är övertäckt ({ $greeting })
masking-keywords = nyckelord är överstrukna ({ $keywords })
masking-removed = { $keywords } annonseras inte men fungerar ändå
masking-ehlo = EHLO avvisas av en server som kallar sig ESMTP ({ $reply })
masking-command = { $command } kommer fram ändrat ({ $reply })

# Fel som satsdelar i sådana belägg.
failed-no-such-name = namnet { $name } finns inte
failed-no-address = { $name } har ingen adress
failed-dns-error = { $server } svarar { $code } för { $name }
failed-dns-silent = ingen namnserver svarade för { $name } inom { $span }
failed-dnssec = svaret för { $name } klarar inte DNSSEC-kontrollen
failed-connect-silent = inget svar på anslutningsbegäran inom { $span }
failed-refused = anslutningen avvisas
failed-unreachable = går inte att nå: { $detail }
failed-silent = ansluten, och sedan kom inget inom { $span }
failed-closed = anslutningen stängdes efter { $octets } oktetter
failed-replied = svaret var ”{ $reply }”
failed-not-smtp = det som kom är inte SMTP ({ $detail })
failed-no-starttls = STARTTLS erbjuds inte
failed-tls = { $detail }
failed-tls-too-old = högst { $offered } erbjuds, och det är inte säkert
failed-tls-nothing-in-common = ingen säker kryptering eller nyckelutväxling gemensam ({ $detail })
certificate-expired = det gick ut den { $moment }
certificate-not-yet-valid = det gäller först från { $moment }
certificate-name = det är för { $presented }, inte för { $expected }
certificate-unknown-issuer = dess utfärdare är inte betrodd här ({ $issuer })
certificate-incomplete = servern skickar inte med sin utfärdares certifikat ({ $issuer })
certificate-self-signed = det är självsignerat
certificate-revoked = det är återkallat
certificate-invalid = { $detail }
