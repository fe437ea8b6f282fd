//! The API over TCP: TLS, tokens, and what strangers get.

use causeway_testkit::server::{Output, Server};
use causeway_testkit::{TestCa, Validity};
use serde_json::{Value, json};

use super::world::{HOUR, SECOND, ours};

/// A server whose admin listener speaks TLS with a certificate of this authority.
fn with_tls(authority: &TestCa) -> (Server, u16) {
    let own = authority.issue(&["mx.ours.test", "localhost"], Validity::Now);
    // The name is localhost's, so the address must be.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let server = ours()
        .machine(&format!("[tls]\ncertificate = {:?}\nkey = {:?}\n", own.chain_file, own.key_file))
        .machine(&format!(
            "[[listener]]\nname = \"far\"\nprotocol = \"admin\"\naddress = \"127.0.0.1:{port}\"\ntls = true\n"
        ))
        .start();
    (server, port)
}

/// A command against the listener, with a token in a file.
fn ask(server: &Server, url: &str, token: &str, more: &[&str]) -> Output {
    let file = server.place().join("token");
    std::fs::write(&file, format!("{token}\n")).unwrap();
    let file = file.to_str().unwrap();
    server.cli(&[&["--server", url, "--token-file", file], more].concat())
}

#[test]
fn everything_works_from_elsewhere_with_tls_and_a_token() {
    let authority = TestCa::new("Internal");
    let (server, port) = with_tls(&authority);
    let made = server.json(&["token", "add", "ops", "--expires", "2h"]);
    let token = made["token"].as_str().unwrap();
    let url = format!("https://localhost:{port}");
    let roots = authority.root_file();
    let trusting = ["--ca-file", roots.to_str().unwrap()];
    let run = |more: &[&str]| ask(&server, &url, token, &[&trusting, more].concat());

    // The server must prove who it is before it sees a token.
    let untrusted = ask(&server, &url, token, &["audit"]);
    assert_eq!(untrusted.status, Some(3), "{untrusted:?}");
    assert!(untrusted.stderr.contains("--ca-file"), "{untrusted:?}");
    let by_address = url.replace("localhost", "127.0.0.1");
    let unnamed = ask(&server, &by_address, token, &[&trusting[..], &["audit"]].concat());
    assert_eq!(unnamed.status, Some(3), "no certificate for the address: {unnamed:?}");

    assert_eq!(run(&["audit", "--json"]).json()["unaccounted"], 0);
    let added = run(&["domain", "add", "far.test", "--json"]);
    assert_eq!(added.json()["revision"], 2, "{added:?}");
    let newest = &server.json(&["history"])[0];
    assert_eq!((&newest["author"], &newest["revision"]), (&json!("token ops"), &json!(2)));
    assert!(run(&["health"]).stdout.contains("listener"), "health has its details");
    let listed = run(&["token", "list", "--json"]).json();
    assert_eq!(listed[0]["last_used"]["client"], "127.0.0.1", "{listed}");
    assert!(!listed.to_string().contains(token));

    // Without, with a wrong one, and after its end: nothing.
    let nobody = ask(&server, &url, "", &[&trusting[..], &["queue", "list"]].concat());
    assert_eq!(nobody.status, Some(1), "{nobody:?}");
    assert!(nobody.stderr.contains("CAUSEWAY_TOKEN"), "{nobody:?}");
    let wrong = ask(&server, &url, "causeway_00", &[&trusting[..], &["queue", "list"]].concat());
    assert!(wrong.stderr.contains("not known"), "{wrong:?}");
    server.advance(2 * HOUR + SECOND);
    assert!(run(&["audit"]).stderr.contains("has ended"));
    assert_eq!(server.cli(&["token", "revoke", "ops"]).status, Some(0));
    assert_eq!(server.cli(&["token", "revoke", "ops"]).status, Some(1));
}

#[test]
fn a_token_that_may_only_look_changes_nothing() {
    let server = ours().listener("admin", 8025, "").start();
    let made = server.json(&["token", "add", "monitor", "--read-only"]);
    let token = made["token"].as_str().unwrap();
    let url = format!("http://{}", server.listener(8025));
    let flow = server.config_dir().join("mailflow.toml");
    for allowed in [&["queue", "list"][..], &["plan", flow.to_str().unwrap()], &["health"]] {
        let answer = ask(&server, &url, token, allowed);
        assert_eq!(answer.status, Some(0), "{answer:?}");
    }
    for refused in [&["domain", "add", "x.test"][..], &["token", "add", "more"]] {
        let answer = ask(&server, &url, token, refused);
        assert_eq!(answer.status, Some(1), "{answer:?}");
        assert!(answer.stderr.contains("may only look"), "{answer:?}");
    }
    assert_eq!(server.json(&["history"]).as_array().unwrap().len(), 1);
}

#[test]
fn adm_07_a_public_listener_without_tls_keeps_the_server_from_starting() {
    let mut server = ours().start();
    server.kill();
    let file = server.config_dir().join("causeway.toml");
    let before = std::fs::read_to_string(&file).unwrap();
    let listener = "[[listener]]\nname = \"open\"\nprotocol = \"admin\"\naddress = \"0.0.0.0:0\"\n";
    std::fs::write(&file, format!("{before}\n{listener}tls = false\n")).unwrap();
    let check = server.cli(&["check"]);
    assert_eq!(check.status, Some(2), "{check:?}");
    assert!(
        check.stdout.contains("clear text") || check.stderr.contains("clear text"),
        "{check:?}"
    );
    let refused = server.try_start().unwrap_err();
    assert!(refused.contains("clear text"), "{refused}");
    // With TLS, which is what holds without the key, it may be there.
    std::fs::write(&file, format!("{before}\n{listener}")).unwrap();
    server.start();
}

#[test]
fn the_description_of_the_api_needs_no_server_and_is_what_the_server_serves() {
    let server = ours().start();
    let printed: Value = server.cli(&["api", "openapi"]).json();
    let (status, served) = server.api("GET", "/openapi.json", "");
    assert_eq!(status, 200);
    assert_eq!(printed, serde_json::from_str::<Value>(&served).unwrap());
    assert!(printed["paths"]["/v1/flow/apply"]["post"]["requestBody"].is_object());
}
