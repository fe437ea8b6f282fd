//! The page that explains a bounce, as a browser asks for it.

use causeway_admin::TcpApiListener;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::world::World;

const BOUNDARY: &str = "----form7MA4YWxk";

fn form(fields: &[(&str, &str)]) -> String {
    let mut out = String::new();
    for (name, value) in fields {
        let file = if *name == "file" { "; filename=\"a.eml\"" } else { "" };
        out.push_str(&format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n{value}\r\n"
        ));
    }
    out + &format!("--{BOUNDARY}--\r\n")
}

/// The whole response, header and body.
async fn ask(
    address: std::net::SocketAddr,
    method: &str,
    path: &str,
    kind: &str,
    body: &str,
) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: mail.ours.test\r\nConnection: close\r\nContent-Type: {kind}\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    // Refused before all is sent: the rest may not be taken any more.
    let _ = stream.write_all(request.as_bytes()).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn a_browser_finds_a_page_that_leads_to_the_others_and_to_the_help_on_a_code() {
    let world = World::start().await;
    let listener = TcpApiListener::bind("127.0.0.1:0".parse().unwrap(), None).await.unwrap();
    let address = listener.local_address().unwrap();
    let serving = tokio::spawn(listener.serve(world.api.clone(), std::future::pending()));

    for path in ["/", "/help"] {
        let page = ask(address, "GET", &format!("{path}?lang=nl"), "text/plain", "").await;
        assert!(page.starts_with("HTTP/1.1 200") && page.contains("lang=\"nl\""), "{page}");
        for link in ["/explain?lang=nl", "/settings?lang=nl", &format!("{path}?lang=sv")] {
            assert!(page.contains(&format!("href=\"{link}\"")), "{link}: {page}");
        }
        assert!(page.contains("action=\"/help\"") && page.contains("name=\"code\""), "{page}");
    }
    for (typed, path) in [
        ("5.1.1", "5.1.1"),
        ("550+5.1.1", "5.1.1"),
        ("..%2F%0D%0AX:%20y", "y"),
        ("%2F%2Fx", "%2F%2Fx"),
    ] {
        let path = format!("location: /help/{path}?lang=de\r\n");
        let answer =
            ask(address, "GET", &format!("/help?code={typed}&lang=de"), "text/plain", "").await;
        assert!(answer.starts_with("HTTP/1.1 303") && answer.contains(&path), "{answer}");
    }
    serving.abort();
}

#[tokio::test]
async fn a_pasted_or_uploaded_bounce_is_explained_in_the_readers_language_and_nothing_is_kept() {
    let world = World::start().await;
    let listener = TcpApiListener::bind("127.0.0.1:0".parse().unwrap(), None).await.unwrap();
    let address = listener.local_address().unwrap();
    let serving = tokio::spawn(listener.serve(world.api.clone(), std::future::pending()));
    let multipart = format!("multipart/form-data; boundary={BOUNDARY}");

    let empty = ask(address, "GET", "/explain?lang=sv", "text/plain", "").await;
    assert!(
        empty.starts_with("HTTP/1.1 200") && empty.contains("<textarea name=\"text\""),
        "{empty}"
    );
    assert!(empty.contains("lang=\"sv\"") && empty.contains("type=\"file\""), "{empty}");
    for promise in ["default-src 'none'", "no-store", "no-referrer", "nosniff"] {
        assert!(empty.contains(promise), "{promise}: {empty}");
    }

    let line = "550 5.1.1 <bert@ext.test>: User unknown <script>x</script>";
    let answer =
        ask(address, "POST", "/explain?lang=de", &multipart, &form(&[("text", line)])).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains("bert@ext.test") && answer.contains("Wer handelt"), "{answer}");
    assert!(!answer.contains("<script") && answer.contains("no-store"), "{answer}");
    let again = ask(address, "GET", "/explain", "text/plain", "").await;
    assert!(!again.contains("bert@ext.test"), "{again}");

    // A file counts before a text.
    let both = form(&[("text", line), ("file", "452 4.2.2 <cora@ext.test> mailbox full")]);
    let answer = ask(address, "POST", "/explain?lang=en", &multipart, &both).await;
    assert!(answer.contains("cora@ext.test") && !answer.contains("bert@ext.test"), "{answer}");

    let nothing = form(&[("text", " "), ("file", "")]);
    let large = form(&[("text", &"x".repeat(26 * 1024 * 1024))]);
    for (kind, body, status) in [
        (multipart.as_str(), nothing.as_str(), "400"),
        (multipart.as_str(), "--no such boundary", "400"),
        ("text/plain", line, "400"),
        (multipart.as_str(), large.as_str(), "413"),
    ] {
        let answer = ask(address, "POST", "/explain?lang=en", kind, body).await;
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status}")),
            "{status}: {}",
            &answer[..200.min(answer.len())]
        );
        assert!(answer.contains("<textarea"), "{status}");
    }
    serving.abort();
}
