//! Settings for mail programs, as programs and people ask for them.

use causeway_admin::clients::{MailProtocol, MailService, MailServices, Security};
use causeway_admin::{ClientError, TcpApiListener};
use tokio::net::TcpStream;

use crate::world::{World, raw};

/// What the fake server offers.
pub(crate) fn offered() -> MailServices {
    let service = |protocol, security, port| MailService { protocol, security, port };
    MailServices {
        hostname: "mx.ours.test".into(),
        services: vec![
            service(MailProtocol::Pop3, Security::Tls, 995),
            service(MailProtocol::Submission, Security::StartTls, 587),
        ],
        warnings: Vec::new(),
    }
}

#[tokio::test]
async fn programs_and_people_find_the_settings_of_accepted_domains_only() {
    let world = World::start().await;
    let listener = TcpApiListener::bind("127.0.0.1:0".parse().unwrap(), None).await.unwrap();
    let address = listener.local_address().unwrap();
    let serving = tokio::spawn(listener.serve(world.api.clone(), std::future::pending()));
    let ask = async |host: &str, method: &str, path: &str, body: &str| {
        let stream = TcpStream::connect(address).await.unwrap();
        raw(stream, host, method, path, body).await
    };
    // Thunderbird, by address and by host; through a web server the host is the domain's.
    for (host, path) in [
        ("autoconfig.ours.test", "/mail/config-v1.1.xml?emailaddress=a%40ours.test&x=y"),
        ("ours.test", "/.well-known/autoconfig/mail/config-v1.1.xml"),
        ("127.0.0.1:8025", "/mail/config-v1.1.xml"),
    ] {
        let (status, body) = ask(host, "GET", path, "").await;
        assert_eq!(status, 200, "{body}");
        assert!(body.contains("<emailProvider id=\"ours.test\">"), "{body}");
        assert!(body.contains("<port>995</port>") && body.contains("<port>587</port>"), "{body}");
    }
    let other = "/mail/config-v1.1.xml?emailaddress=a%40other.test";
    assert_eq!(ask("autoconfig.ours.test", "GET", other, "").await.0, 404);

    // Outlook.
    let request = |address: &str| {
        format!(
            "<Autodiscover><Request><EMailAddress>{address}</EMailAddress></Request></Autodiscover>"
        )
    };
    let path = "/autodiscover/autodiscover.xml";
    let (status, body) = ask("ours.test", "POST", path, &request("a@sub.ours.test")).await;
    assert!(status == 200 && body.contains("<LoginName>a@sub.ours.test</LoginName>"), "{body}");
    for (sent, code) in [
        (request("a@other.test"), "<ErrorCode>500</ErrorCode>"),
        (String::new(), "<ErrorCode>600</ErrorCode>"),
        ("x".repeat(20_000), "<ErrorCode>600</ErrorCode>"),
    ] {
        let (status, body) =
            ask("ours.test", "POST", "/Autodiscover/Autodiscover.xml", &sent).await;
        assert!(status == 200 && body.contains(code), "{body}");
    }

    // Apple.
    let profile = "/settings/mail.mobileconfig";
    let (status, body) =
        ask("ours.test", "GET", &format!("{profile}?address=a%40ours.test"), "").await;
    assert!(status == 200 && body.contains("<string>a@ours.test</string>"), "{body}");
    assert_eq!(ask("ours.test", "GET", profile, "").await.0, 400);
    let (status, _) =
        ask("ours.test", "GET", &format!("{profile}?address=a%40other.test"), "").await;
    assert_eq!(status, 404);

    // People.
    let (status, body) = ask("mail.ours.test", "GET", "/settings?lang=nl", "").await;
    assert!(status == 200 && body.contains("lang=\"nl\"") && body.contains("Poort"), "{body}");
    let hostile = "/settings?address=%22%3E%3Cscript%3E%40ours.test";
    let (_, body) = ask("ours.test", "GET", hostile, "").await;
    assert!(!body.contains("<script>"), "{body}");
    assert_eq!(ask("ours.test", "GET", "/settings?address=a%40other.test", "").await.0, 404);
    assert_eq!(ask("ours.test", "GET", "/settings/style.css", "").await.0, 200);

    // Nothing else is told to those who come through a web server.
    assert_eq!(ask("ours.test", "GET", "/v1/health", "").await.0, 421);
    for path in ["/v1/domains", "/v1/domains/ours.test/clients", "/v1/mailboxes"] {
        assert_eq!(ask("localhost", "GET", path, "").await.0, 401, "{path}");
    }
    serving.abort();
}

#[tokio::test]
async fn the_command_line_gets_settings_and_records() {
    let world = World::start().await;
    let mut client = world.client().await;
    let settings = client.client_settings(&"ours.test".parse().unwrap()).await.unwrap();
    assert_eq!((settings.hostname.as_str(), settings.services.len()), ("mx.ours.test", 2));
    let records: Vec<&str> = settings.records.iter().map(|record| record.value.as_str()).collect();
    assert!(records.contains(&"0 1 995 mx.ours.test."), "{records:?}");
    let refused = client.client_settings(&"other.test".parse().unwrap()).await.unwrap_err();
    assert!(matches!(refused, ClientError::Refused { .. }), "{refused}");
}
