//! Outlook's Autodiscover, in its "plain old XML" form.

use std::fmt::Write as _;

use causeway_model::Address;

use super::{ClientSettings, MailProtocol, Security, escaped};

/// The schema of answers that we have.
const SCHEMA: &str =
    "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a";

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The request is none, or has no address.
    InvalidRequest,
    /// The address is of no domain here.
    NoSuchAddress,
    /// Another kind of answer is wanted: for Exchange's own protocols.
    OtherSchema,
}

/// The address that a request asks for.
///
/// # Errors
/// [`Refusal`].
pub fn address(request: &str) -> Result<Address, Refusal> {
    if let Some(schema) = element(request, "AcceptableResponseSchema")
        && schema.trim() != SCHEMA
    {
        return Err(Refusal::OtherSchema);
    }
    let address = element(request, "EMailAddress").ok_or(Refusal::InvalidRequest)?;
    Address::parse(unescaped(address.trim()).as_str()).map_err(|_| Refusal::InvalidRequest)
}

/// The content of the first element with this name, whatever its prefix. The requests are flat and
/// written by programs: nothing more of XML is needed, and so nothing more is read.
fn element<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = text;
    while let Some(start) = rest.find('<') {
        rest = &rest[start + 1..];
        let end = rest.find('>')?;
        let (tag, content) = (&rest[..end], &rest[end + 1..]);
        let own = tag.split([' ', '\t', '\r', '\n', '/']).next().unwrap_or(tag);
        let own = own.rsplit(':').next().unwrap_or(own);
        if own == name && !tag.starts_with('/') && !tag.ends_with('/') {
            return content.split('<').next();
        }
        rest = content;
    }
    None
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&apos;", "'")
        .replace("&#39;", "'")
        .replace("&amp;", "&")
}

/// The settings for an address.
#[must_use]
pub fn document(settings: &ClientSettings, address: &Address) -> String {
    let login = address.to_string();
    let login = escaped(&login);
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
         <Autodiscover xmlns=\"http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006\">\n  \
         <Response xmlns=\"{SCHEMA}\">\n    \
         <User>\n      <DisplayName>{login}</DisplayName>\n    </User>\n    \
         <Account>\n      <AccountType>email</AccountType>\n      <Action>settings</Action>\n"
    );
    for (protocol, kind) in [(MailProtocol::Pop3, "POP3"), (MailProtocol::Submission, "SMTP")] {
        // One of each: Outlook takes the last one otherwise.
        let Some(service) = settings.services_for(protocol).next() else { continue };
        let encryption = match service.security {
            Security::Tls => "SSL",
            Security::StartTls => "TLS",
        };
        // A String takes everything.
        let _ = writeln!(
            out,
            "      <Protocol>\n        \
             <Type>{kind}</Type>\n        \
             <Server>{}</Server>\n        \
             <Port>{}</Port>\n        \
             <DomainRequired>off</DomainRequired>\n        \
             <LoginName>{login}</LoginName>\n        \
             <SPA>off</SPA>\n        \
             <SSL>on</SSL>\n        \
             <Encryption>{encryption}</Encryption>\n        \
             <AuthRequired>on</AuthRequired>\n      \
             </Protocol>",
            escaped(&settings.hostname),
            service.port
        );
    }
    out.push_str("    </Account>\n  </Response>\n</Autodiscover>\n");
    out
}

/// The answer when there are no settings. `time` is HH:MM:SS.
#[must_use]
pub fn refusal(why: Refusal, time: &str) -> String {
    let (code, message) = match why {
        Refusal::InvalidRequest => (600, "Invalid request"),
        Refusal::NoSuchAddress => (500, "The e-mail address cannot be found."),
        Refusal::OtherSchema => (601, "The requested schema version is not supported."),
    };
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
         <Autodiscover xmlns=\"http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006\">\n  \
         <Response>\n    <Error Time=\"{}\" Id=\"1\">\n      <ErrorCode>{code}</ErrorCode>\n      \
         <Message>{message}</Message>\n      <DebugData />\n    </Error>\n  </Response>\n</Autodiscover>\n",
        escaped(time)
    )
}

#[cfg(test)]
mod tests {
    use super::super::tests::settings;
    use super::*;

    const REQUEST: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>
<Autodiscover xmlns=\"http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006\">
  <Request>
    <EMailAddress>alice@ours.test</EMailAddress>
    <AcceptableResponseSchema>http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a</AcceptableResponseSchema>
  </Request>
</Autodiscover>";

    #[test]
    fn outlooks_request_is_understood() {
        assert_eq!(address(REQUEST).unwrap().to_string(), "alice@ours.test");
        let prefixed = REQUEST.replace("EMailAddress>", "a:EMailAddress>");
        assert!(address(&prefixed).is_ok());
        let other =
            REQUEST.replace("outlook/responseschema/2006a", "mobilesync/responseschema/2006");
        assert_eq!(address(&other), Err(Refusal::OtherSchema));
        for wrong in
            ["", "<", "<EMailAddress/>", "<EMailAddress>", "<EMailAddress>x</EMailAddress>", "{}"]
        {
            assert_eq!(address(wrong), Err(Refusal::InvalidRequest), "{wrong}");
        }
        let quoted = "<EMailAddress>&quot;a b&quot;@ours.test</EMailAddress>";
        assert_eq!(address(quoted).unwrap().to_string(), "\"a b\"@ours.test");
    }

    #[test]
    fn the_answer_has_one_protocol_of_each_kind() {
        let document = document(&settings(), &address(REQUEST).unwrap());
        assert_eq!(document.matches("<Protocol>").count(), 2);
        assert!(document.contains("<Port>995</Port>") && document.contains("<Port>465</Port>"));
        assert!(document.contains("<LoginName>alice@ours.test</LoginName>"));
        let hostile = Address::parse("\"<script>\"@ours.test").unwrap();
        let document = super::document(&settings(), &hostile);
        assert!(!document.contains("<script>") && document.contains("&lt;script&gt;"));
    }

    proptest::proptest! {
        #[test]
        fn no_request_is_without_an_answer(request in "[<>/a:EMailAddress@. ]{0,60}") {
            let _ = address(&request);
        }
    }
}
