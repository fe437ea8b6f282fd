//! Connections, SMTP and TLS.

use causeway_insight::finding::{Break, Control, MaskingSign};
use causeway_insight::{Fact, Known, Probe, Prober};
use causeway_model::config::TlsLevel;
use causeway_model::{Failure, Stage};
use causeway_testkit::{
    Behaviour, Fault, Point, Rewrite, Rewriter, ScriptedPeer, SilentPort, TestCa, TestDns, Validity,
};
use std::net::SocketAddr;

use crate::{demand, facts, facts_with, prober, settings};

fn plain() -> (TestDns, Prober) {
    let dns = TestDns::start();
    let prober = prober(dns.address(), settings(), None);
    (dns, prober)
}

fn session(address: SocketAddr) -> Probe {
    Probe::Session {
        address,
        host: "peer.test".into(),
        demand: demand(TlsLevel::DomainValidation, "peer.test"),
    }
}

fn has(facts: &[Fact], wanted: impl Fn(&Fact) -> bool) {
    assert!(facts.iter().any(wanted), "{facts:#?}");
}

#[tokio::test]
async fn refused_silent_and_open_ports_are_told_apart() {
    let (_dns, prober) = plain();
    let open = ScriptedPeer::start(Behaviour::new());
    let refusing = ScriptedPeer::refusing();
    let silent = SilentPort::start();
    let connect = async |address| facts(&prober, Probe::Connect { address }).await;
    assert!(matches!(connect(open.address()).await.as_slice(), [Fact::Connected { .. }]));
    assert!(matches!(
        connect(refusing.address()).await.as_slice(),
        [Fact::ConnectFailed { failure: Failure::ConnectionRefused, .. }]
    ));
    assert!(matches!(
        connect(silent.address()).await.as_slice(),
        [Fact::ConnectFailed { failure: Failure::ConnectTimeout { .. }, .. }]
    ));
}

#[tokio::test]
async fn control_destinations_show_whether_anybody_can_be_reached() {
    let (_dns, prober) = plain();
    let open = ScriptedPeer::start(Behaviour::new());
    let silent = SilentPort::start_at(([127, 0, 0, 2], 0).into());
    let control = |site: &str, address| Control { site: site.into(), address };
    let known = Known {
        controls: vec![control("good.test", open.address()), control("bad.test", silent.address())],
        ..Known::default()
    };
    let found = facts_with(&prober, Probe::ControlDestinations { port: 25 }, &known).await;
    has(
        &found,
        |fact| matches!(fact, Fact::ControlReached { control } if control.site == "good.test"),
    );
    has(
        &found,
        |fact| matches!(fact, Fact::ControlFailed { control, .. } if control.site == "bad.test"),
    );
    prober.forget();
    assert_eq!(facts(&prober, Probe::ControlDestinations { port: 25 }).await, [Fact::NoControls]);
}

#[tokio::test]
async fn a_session_is_told_step_by_step_up_to_the_certificate() {
    let ca = TestCa::with_intermediate("Lab");
    let good = ca.issue(&["peer.test"], Validity::Now);
    let peer = ScriptedPeer::start(Behaviour::new().starttls(&good));
    let dns = TestDns::start();
    let prober = prober(dns.address(), settings(), Some(&ca));
    let found = facts(&prober, session(peer.address())).await;
    let kinds: Vec<&str> = found
        .iter()
        .map(|fact| match fact {
            Fact::Connected { .. } => "connected",
            Fact::Greeting { .. } => "greeting",
            Fact::Hello { encrypted: false, .. } => "hello",
            Fact::Alive { after, .. } if after == "EHLO" => "alive",
            Fact::StarttlsOffered { .. } => "starttls",
            Fact::TlsWorks { .. } => "tls",
            Fact::CertificateShown { intermediates: 1, .. } => "shown",
            Fact::OcspMissing { .. } => "no staple",
            Fact::CertificateGood { .. } => "good",
            Fact::Hello { encrypted: true, .. } => "hello again",
            Fact::Alive { after, .. } if after == "TLS" => "alive again",
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(
        kinds,
        [
            "connected",
            "greeting",
            "hello",
            "alive",
            "starttls",
            "tls",
            "shown",
            "no staple",
            "good",
            "hello again",
            "alive again"
        ]
    );
    assert!(peer.messages().is_empty());
}

#[tokio::test]
async fn each_way_a_certificate_can_be_wrong_has_its_name() {
    let ca = TestCa::with_intermediate("Lab");
    let other = TestCa::new("Stranger");
    let dns = TestDns::start();
    let prober = prober(dns.address(), settings(), Some(&ca));
    let verdict = async |certificate: &causeway_testkit::Issued| {
        let peer = ScriptedPeer::start(Behaviour::new().starttls(certificate));
        let found = facts(&prober, session(peer.address())).await;
        found
            .into_iter()
            .find_map(|fact| match fact {
                Fact::CertificateBad { failure, forbidden: true, .. } => Some(failure),
                _ => None,
            })
            .expect("a certificate that is not good")
    };
    assert!(matches!(
        verdict(&ca.issue(&["peer.test"], Validity::Expired)).await,
        Failure::CertificateExpired { .. }
    ));
    assert!(matches!(
        verdict(&ca.issue(&["else.test"], Validity::Now)).await,
        Failure::CertificateNameMismatch { presented, .. } if presented == ["else.test"]
    ));
    assert!(matches!(
        verdict(&other.issue(&["peer.test"], Validity::Now)).await,
        Failure::CertificateUnknownIssuer { .. }
    ));
    assert!(matches!(
        verdict(&ca.self_signed(&["peer.test"], Validity::Now)).await,
        Failure::CertificateSelfSigned
    ));
    assert!(matches!(
        verdict(&ca.issue(&["peer.test"], Validity::Now).without_intermediate()).await,
        Failure::CertificateChainIncomplete { .. } | Failure::CertificateUnknownIssuer { .. }
    ));
}

#[tokio::test]
async fn whether_a_bad_certificate_matters_is_for_the_demand_to_say() {
    let ca = TestCa::new("Lab");
    let peer =
        ScriptedPeer::start(Behaviour::new().starttls(&ca.issue(&["else.test"], Validity::Now)));
    let dns = TestDns::start();
    let prober = prober(dns.address(), settings(), Some(&ca));
    for (level, matters) in [
        (TlsLevel::Opportunistic, false),
        (TlsLevel::CertificateValidation, false),
        (TlsLevel::DomainValidation, true),
    ] {
        let probe = Probe::Session {
            address: peer.address(),
            host: "peer.test".into(),
            demand: demand(level, "peer.test"),
        };
        let found = facts(&prober, probe).await;
        has(
            &found,
            |fact| matches!(fact, Fact::CertificateBad { forbidden, .. } if *forbidden == matters),
        );
    }
}

#[tokio::test]
async fn a_session_that_ends_early_says_where_and_how() {
    let (_dns, prober) = plain();
    let refusing = Behaviour::new().greeting("554 5.3.2 no service here");
    let silent = Behaviour::new().fault(Point::Connected, Fault::Hang);
    let closing = Behaviour::new().fault(Point::Ehlo, Fault::Close);
    let stranger = Behaviour::new().greeting_octets(b"SSH-2.0-OpenSSH_9.9\r\n");
    let no_tls = Behaviour::new().starttls_refused("454 4.7.0 not now");
    let found = async |behaviour| {
        let peer = ScriptedPeer::start(behaviour);
        facts(&prober, session(peer.address())).await
    };
    has(&found(refusing).await, |fact| {
        matches!(fact, Fact::SessionFailed { stage: Stage::Banner, failure: Failure::ServiceRefused { reply }, .. }
            if reply.code == 554)
    });
    has(&found(silent).await, |fact| {
        matches!(
            fact,
            Fact::SessionFailed { stage: Stage::Banner, failure: Failure::TimedOut { .. }, .. }
        )
    });
    has(&found(closing).await, |fact| {
        matches!(
            fact,
            Fact::SessionFailed { stage: Stage::Ehlo, failure: Failure::ClosedAbruptly { .. }, .. }
        )
    });
    has(&found(stranger).await, |fact| {
        matches!(fact, Fact::SessionFailed { failure: Failure::ProtocolError { .. }, .. })
    });
    has(
        &found(no_tls).await,
        |fact| matches!(fact, Fact::StarttlsRefused { reply, .. } if reply.code == 454),
    );
}

#[tokio::test]
async fn middle_boxes_that_rewrite_are_recognised_by_their_signs() {
    let ca = TestCa::new("Lab");
    let good = ca.issue(&["peer.test"], Validity::Now);
    let peer = ScriptedPeer::start(
        Behaviour::new()
            .starttls(&good)
            .reply("XXXXXXXX", ["500 5.5.1 Command unrecognized: \"XXXXXXXX\""]),
    );
    let dns = TestDns::start();
    let prober = prober(dns.address(), settings(), Some(&ca));
    let signs = async |rules: &[Rewrite]| {
        let before = Rewriter::before(peer.address(), rules);
        let found = facts(&prober, session(before.address())).await;
        let signs = found.iter().find_map(|fact| match fact {
            Fact::Masked { signs, .. } => Some(signs.clone()),
            _ => None,
        });
        signs.unwrap_or_else(|| panic!("{found:#?}"))
    };
    assert!(matches!(
        signs(&[Rewrite::CoverGreeting]).await.as_slice(),
        [MaskingSign::GreetingCovered { .. }]
    ));
    let crossed = signs(&[Rewrite::CrossOut("STARTTLS".into())]).await;
    assert!(crossed.iter().any(|s| matches!(s, MaskingSign::KeywordsCrossedOut { .. })));
    let removed = signs(&[Rewrite::RemoveKeyword("STARTTLS".into())]).await;
    assert!(matches!(removed.as_slice(), [MaskingSign::KeywordsRemoved { .. }]));
    let altered = signs(&[
        Rewrite::RemoveKeyword("STARTTLS".into()),
        Rewrite::AlterCommand("STARTTLS".into()),
    ])
    .await;
    assert!(matches!(altered.as_slice(), [MaskingSign::CommandAltered { .. }]), "{altered:?}");
}

#[tokio::test]
async fn a_server_without_starttls_is_not_a_middle_box() {
    let (_dns, prober) = plain();
    let peer = ScriptedPeer::start(Behaviour::new());
    let found = facts(&prober, session(peer.address())).await;
    has(&found, |fact| matches!(fact, Fact::StarttlsMissing { .. }));
    assert!(!found.iter().any(|fact| matches!(fact, Fact::Masked { .. })), "{found:#?}");
}

#[tokio::test]
async fn the_command_or_the_size_that_breaks_a_session_is_found() {
    let (_dns, prober) = plain();
    let peer = ScriptedPeer::start(Behaviour::new());
    let endure = async |rules: &[Rewrite]| {
        let before = Rewriter::before(peer.address(), rules);
        facts(&prober, Probe::Endurance { address: before.address() }).await
    };
    let well = endure(&[]).await;
    assert!(well.iter().all(|fact| matches!(fact, Fact::Alive { .. })), "{well:#?}");
    let broken = endure(&[Rewrite::BreakAt("MAIL".into())]).await;
    assert!(
        matches!(broken.as_slice(), [Fact::BreaksAfter { command, how: Break::Closed, .. }]
            if command == "MAIL"),
        "{broken:#?}"
    );
    let hanging = endure(&[Rewrite::HangAt("MAIL".into())]).await;
    assert!(
        matches!(hanging.as_slice(), [Fact::BreaksAfter { how: Break::Silent, .. }]),
        "{hanging:#?}"
    );
    let lossy = endure(&[Rewrite::LoseLarge(1400)]).await;
    assert!(
        matches!(lossy.as_slice(),
            [Fact::LargePacketsLost { works, lost, how: Break::Silent, .. }]
                if *works < 1400 && *lost > 1400),
        "{lossy:#?}"
    );
    assert!(peer.messages().is_empty());
}
