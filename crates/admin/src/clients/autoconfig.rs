//! Thunderbird's configuration file, version 1.1 (also read by K-9, Evolution, KMail and others).

use std::fmt::Write as _;

use super::{ClientSettings, MailProtocol, MailService, Security, escaped};

/// The file for a domain. `%EMAILADDRESS%` stays as it is: the program fills it in.
#[must_use]
pub fn document(settings: &ClientSettings) -> String {
    let domain = settings.domain.to_string();
    let organization = escaped(&settings.organization);
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <clientConfig version=\"1.1\">\n  \
         <emailProvider id=\"{domain}\">\n    \
         <domain>{domain}</domain>\n    \
         <displayName>{organization}</displayName>\n    \
         <displayShortName>{organization}</displayShortName>\n"
    );
    for service in settings.services_for(MailProtocol::Pop3) {
        server(&mut out, "incomingServer", "pop3", service, &settings.hostname);
    }
    for service in settings.services_for(MailProtocol::Submission) {
        server(&mut out, "outgoingServer", "smtp", service, &settings.hostname);
    }
    out.push_str("  </emailProvider>\n</clientConfig>\n");
    out
}

fn server(out: &mut String, element: &str, kind: &str, service: &MailService, hostname: &str) {
    let socket = match service.security {
        Security::Tls => "SSL",
        Security::StartTls => "STARTTLS",
    };
    // A String takes everything.
    let _ = writeln!(
        out,
        "    <{element} type=\"{kind}\">\n      \
         <hostname>{}</hostname>\n      \
         <port>{}</port>\n      \
         <socketType>{socket}</socketType>\n      \
         <authentication>password-cleartext</authentication>\n      \
         <username>%EMAILADDRESS%</username>\n    \
         </{element}>",
        escaped(hostname),
        service.port
    );
}

#[cfg(test)]
mod tests {
    use super::super::tests::settings;

    #[test]
    fn the_best_service_of_each_kind_comes_first() {
        let document = super::document(&settings());
        let ports: Vec<&str> =
            document.split("<port>").skip(1).map(|rest| rest.split('<').next().unwrap()).collect();
        assert_eq!(ports, ["995", "110", "465", "587"]);
        assert!(document.contains("<displayName>Tom &amp; &lt;Jerry&gt;</displayName>"));
        assert!(document.contains("<emailProvider id=\"ours.test\">"));
        assert_eq!(document.matches("%EMAILADDRESS%").count(), 4);
    }
}
