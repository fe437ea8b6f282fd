//! TLS-13: fetching MTA-STS policies from servers good and hostile.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

use std::time::Duration;

use causeway_model::{Domain, Failure};
use causeway_net::Resolver;
use causeway_net::sts::{Fetch, FetchError, Policy};
use causeway_net::tls::ClientTls;
use causeway_testkit::https::{HttpsAnswer, HttpsServer};
use causeway_testkit::{TestCa, TestDns, Validity};

const POLICY: &str = "version: STSv1\nmode: enforce\nmx: mx.partner.test\nmax_age: 86400\n";

async fn fetched(name: &str, answer: HttpsAnswer) -> (Result<Policy, FetchError>, usize) {
    let ca = TestCa::new("Known");
    let certificate = ca.issue(&[name], Validity::Now);
    let server = HttpsServer::start(certificate.server_config(), answer);
    let dns = TestDns::start();
    dns.a("mta-sts.partner.test", "127.0.0.1");
    let fetch = Fetch {
        resolver: Resolver::new(&dns.settings()).unwrap(),
        tls: ClientTls::new(&[ca.root_file()]).unwrap(),
        port: server.address().port(),
        limit: Duration::from_secs(2),
    };
    let policy = fetch.policy(&Domain::parse("partner.test").unwrap()).await;
    (policy.map(|(policy, _)| policy), server.requests().len())
}

fn raw(head: &str, content: &str) -> HttpsAnswer {
    HttpsAnswer::Raw(format!("HTTP/1.1 {head}\r\n\r\n{content}").into_bytes())
}

#[tokio::test]
async fn a_policy_comes_over_https() {
    let (policy, requests) = fetched("mta-sts.partner.test", HttpsAnswer::text(POLICY)).await;
    assert_eq!(policy.unwrap(), Policy::read(POLICY.as_bytes()).unwrap());
    assert_eq!(requests, 1);
    let (policy, _) = fetched(
        "mta-sts.partner.test",
        raw("200 OK\r\nContent-Type: Text/Plain; charset=utf-8\r\nConnection: close", POLICY),
    )
    .await;
    assert!(policy.is_ok(), "without a length: {policy:?}");
}

#[tokio::test]
async fn a_server_with_another_name_is_asked_for_nothing() {
    let (policy, requests) = fetched("other.test", HttpsAnswer::text(POLICY)).await;
    let Err(FetchError::Host(Failure::CertificateNameMismatch { .. })) = policy else {
        panic!("{policy:?}")
    };
    assert_eq!(requests, 0);
}

#[tokio::test]
async fn redirects_pages_and_errors_are_no_policies() {
    let (moved, requests) = fetched(
        "mta-sts.partner.test",
        raw("301 Moved\r\nLocation: https://mta-sts.partner.test/other\r\nContent-Length: 0", ""),
    )
    .await;
    assert_eq!(moved, Err(FetchError::Status(301)));
    assert_eq!(requests, 1, "not followed");
    let (page, _) = fetched(
        "mta-sts.partner.test",
        raw("200 OK\r\nContent-Type: text/html\r\nContent-Length: 6", "<html>"),
    )
    .await;
    assert_eq!(page, Err(FetchError::ContentType("text/html".into())));
    let (typeless, _) =
        fetched("mta-sts.partner.test", raw("200 OK\r\nContent-Length: 1", "x")).await;
    assert_eq!(typeless, Err(FetchError::ContentType(String::new())));
    let (missing, _) =
        fetched("mta-sts.partner.test", raw("404 Not Found\r\nContent-Length: 0", "")).await;
    assert_eq!(missing, Err(FetchError::Status(404)));
    let (not_http, _) =
        fetched("mta-sts.partner.test", HttpsAnswer::Raw(b"220 mail\r\n\r\n".to_vec())).await;
    assert!(matches!(not_http, Err(FetchError::Http(_))), "{not_http:?}");
}

#[tokio::test]
async fn a_policy_without_end_is_cut_off() {
    let head = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n".to_vec();
    let (endless, _) = fetched("mta-sts.partner.test", HttpsAnswer::Endless(head.clone())).await;
    assert_eq!(endless, Err(FetchError::Content));
    let long = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 67108864\r\n\r\n";
    let (long, _) = fetched("mta-sts.partner.test", HttpsAnswer::Endless(long.to_vec())).await;
    assert_eq!(long, Err(FetchError::Content));
}

#[tokio::test]
async fn a_policy_that_drips_is_given_up() {
    let head = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n".to_vec();
    let drip = HttpsAnswer::Drip(head, Duration::from_millis(5));
    let (dripping, _) = fetched("mta-sts.partner.test", drip).await;
    assert_eq!(dripping, Err(FetchError::Slow));
}
