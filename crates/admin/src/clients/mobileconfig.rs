//! Apple's configuration profile, for Mail on iPhone, iPad and Mac.

use causeway_model::Address;

use super::{ClientSettings, MailProtocol, escaped};

/// The profile for an address, which asks its user for the password. `None` where mail cannot be
/// both fetched and sent.
#[must_use]
pub fn document(settings: &ClientSettings, address: &Address) -> Option<String> {
    let incoming = settings.services_for(MailProtocol::Pop3).next()?;
    let outgoing = settings.services_for(MailProtocol::Submission).next()?;
    let address = address.to_string();
    let identifier = reversed(&settings.domain.to_string());
    let account = [
        text("EmailAccountType", "EmailTypePOP"),
        text("EmailAccountDescription", &settings.organization),
        text("EmailAddress", &address),
        text("IncomingMailServerAuthentication", "EmailAuthPassword"),
        text("IncomingMailServerHostName", &settings.hostname),
        number("IncomingMailServerPortNumber", incoming.port),
        truth("IncomingMailServerUseSSL"),
        text("IncomingMailServerUsername", &address),
        text("OutgoingMailServerAuthentication", "EmailAuthPassword"),
        text("OutgoingMailServerHostName", &settings.hostname),
        number("OutgoingMailServerPortNumber", outgoing.port),
        truth("OutgoingMailServerUseSSL"),
        text("OutgoingMailServerUsername", &address),
        truth("OutgoingPasswordSameAsIncomingPassword"),
        text("PayloadDisplayName", &settings.organization),
        text("PayloadIdentifier", &format!("{identifier}.mail.account")),
        text("PayloadType", "com.apple.mail.managed"),
        text("PayloadUUID", &uuid(&format!("account {address}"))),
        number("PayloadVersion", 1),
    ]
    .concat();
    let profile = [
        format!("<key>PayloadContent</key><array><dict>\n{account}</dict></array>\n"),
        text("PayloadDescription", &address),
        text("PayloadDisplayName", &settings.organization),
        text("PayloadIdentifier", &format!("{identifier}.mail")),
        text("PayloadOrganization", &settings.organization),
        text("PayloadType", "Configuration"),
        text("PayloadUUID", &uuid(&format!("profile {address}"))),
        number("PayloadVersion", 1),
    ]
    .concat();
    Some(format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \
         \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n\
         <plist version=\"1.0\"><dict>\n{profile}</dict></plist>\n"
    ))
}

fn text(key: &str, value: &str) -> String {
    format!("<key>{key}</key><string>{}</string>\n", escaped(value))
}

fn number(key: &str, value: u16) -> String {
    format!("<key>{key}</key><integer>{value}</integer>\n")
}

fn truth(key: &str) -> String {
    format!("<key>{key}</key><true/>\n")
}

/// `contoso.example` as `example.contoso`.
fn reversed(domain: &str) -> String {
    domain.split('.').rev().collect::<Vec<_>>().join(".")
}

/// The same for the same text, so that a profile replaces the one before (a custom UUID, RFC 9562
/// section 5.8, from FNV-1a).
fn uuid(text: &str) -> String {
    const START: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = (1 << 88) + 0x13b;
    let hash =
        text.bytes().fold(START, |hash, octet| (hash ^ u128::from(octet)).wrapping_mul(PRIME));
    let hash = hash & !(0xf << 76) & !(0b11 << 62) | 8 << 76 | 0b10 << 62;
    let digits = format!("{hash:032x}");
    let parts = [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]];
    parts.join("-").to_uppercase()
}

#[cfg(test)]
mod tests {
    use super::super::tests::settings;
    use super::*;

    #[test]
    fn a_profile_has_one_account_with_both_servers() {
        let address = Address::parse("\"<a>\"@ours.test").unwrap();
        let document = document(&settings(), &address).unwrap();
        assert!(document.contains("<key>IncomingMailServerPortNumber</key><integer>995</integer>"));
        assert!(document.contains("<key>OutgoingMailServerPortNumber</key><integer>465</integer>"));
        assert!(document.contains("<string>&quot;&lt;a&gt;&quot;@ours.test</string>"));
        assert!(document.contains("<string>test.ours.mail.account</string>"));
        let mut without = settings();
        without.services.retain(|service| service.protocol == MailProtocol::Pop3);
        assert_eq!(super::document(&without, &address), None);
    }

    #[test]
    fn identifiers_are_uuids_and_stay() {
        let id = uuid("account alice@ours.test");
        assert_eq!(id, uuid("account alice@ours.test"));
        assert_ne!(id, uuid("account bob@ours.test"));
        assert_eq!((id.len(), id.as_bytes()[14]), (36, b'8'), "{id}");
        assert!(matches!(id.as_bytes()[19], b'8' | b'9' | b'A' | b'B'), "{id}");
    }
}
