use causeway_model::Timestamp;
use causeway_testkit::{Issued, Said, TestCa, Validity};
use rcgen::{CertificateParams, CustomExtension, DnType, Issuer, KeyPair};
use rustls::ServerConfig;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_rustls::TlsAcceptor;

use super::*;

const NAME: &str = "mx.partner.test";
const LEVELS: [TlsLevel; 4] = [
    TlsLevel::Opportunistic,
    TlsLevel::EncryptionOnly,
    TlsLevel::CertificateValidation,
    TlsLevel::DomainValidation,
];

fn trusting(ca: &TestCa) -> ClientTls {
    ClientTls::new(&[ca.root_file()]).unwrap()
}

fn opportunistic() -> Expectation {
    Expectation::of_level(TlsLevel::Opportunistic, None)
}

/// A handshake in memory with a server that has this configuration; what it sends back is "ok".
async fn shake(
    client: &ClientTls,
    server: Arc<ServerConfig>,
    level: TlsLevel,
    expected: Option<&str>,
) -> Result<TlsSession<tokio::io::DuplexStream>, Failure> {
    let (near, far) = tokio::io::duplex(64 * 1024);
    tokio::spawn(async move {
        if let Ok(mut stream) = TlsAcceptor::from(server).accept(far).await {
            let _ = stream.write_all(b"ok").await;
            let _ = stream.shutdown().await;
        }
    });
    let mut session = client.handshake(near, NAME, &Expectation::of_level(level, expected)).await?;
    let mut word = [0; 2];
    session.stream.read_exact(&mut word).await.unwrap();
    assert_eq!(&word, b"ok");
    Ok(session)
}

/// The verdict under opportunistic TLS, which must be the error under the level that demands it.
async fn failure(client: &ClientTls, issued: &Issued) -> Failure {
    let config = issued.server_config();
    let lenient = shake(client, Arc::clone(&config), TlsLevel::Opportunistic, None).await.unwrap();
    let verdict = lenient.verdict.unwrap_err();
    let strict = shake(client, config, TlsLevel::DomainValidation, None).await.unwrap_err();
    assert_eq!(verdict, strict);
    verdict
}

#[tokio::test]
async fn a_good_certificate_passes_at_every_level() {
    let ca = TestCa::with_intermediate("Partner Authority");
    let good = ca.issue(&[NAME, "other.test"], Validity::Now);
    let client = trusting(&ca);
    for level in LEVELS {
        let session = shake(&client, good.server_config(), level, None).await.unwrap();
        assert_eq!(session.verdict, Ok(()));
        assert!(session.description.starts_with("TLSv1.3 TLS_AES_"), "{}", session.description);
        let facts = session.peer_certificate.unwrap();
        assert_eq!(facts.names, [NAME, "other.test"]);
        assert!(facts.issuer.contains("Partner Authority Intermediate"), "{}", facts.issuer);
    }
    let old = shake(&client, good.server_config_tls12(), LEVELS[3], None).await.unwrap();
    assert!(old.description.starts_with("TLSv1.2 TLS_ECDHE_"), "{}", old.description);
}

#[tokio::test]
async fn dates_are_told() {
    let ca = TestCa::new("Partner Authority");
    let client = trusting(&ca);
    let now = crate::clock::system_now();
    let expired = failure(&client, &ca.issue(&[NAME], Validity::Expired)).await;
    let Failure::CertificateExpired { not_after: Some(end) } = expired else {
        panic!("{expired:?}")
    };
    assert!(end < now && end > Timestamp::default());
    let early = failure(&client, &ca.issue(&[NAME], Validity::NotYet)).await;
    let Failure::CertificateNotYetValid { not_before: Some(start) } = early else {
        panic!("{early:?}")
    };
    assert!(start > now);
    // Dates come first: an expired self-signed certificate is expired.
    let both = failure(&client, &ca.self_signed(&[NAME], Validity::Expired)).await;
    assert!(matches!(both, Failure::CertificateExpired { .. }), "{both:?}");
}

#[tokio::test]
async fn names_matter_where_they_are_demanded() {
    let ca = TestCa::new("Partner Authority");
    let client = trusting(&ca);
    let other = ca.issue(&["web.partner.test", "192.0.2.1"], Validity::Now);
    assert_eq!(
        failure(&client, &other).await,
        Failure::CertificateNameMismatch {
            expected: NAME.into(),
            presented: vec!["web.partner.test".into(), "192.0.2.1".into()],
        }
    );
    let level = TlsLevel::CertificateValidation;
    let session = shake(&client, other.server_config(), level, None).await.unwrap();
    assert_eq!(session.verdict, Ok(()));
    let level = TlsLevel::DomainValidation;
    let config = other.server_config();
    assert!(shake(&client, config, level, Some("web.partner.test.")).await.is_ok());
}

#[tokio::test]
async fn a_wildcard_stands_for_one_label() {
    let ca = TestCa::new("Partner Authority");
    let client = trusting(&ca);
    let wild = ca.issue(&["*.partner.test"], Validity::Now);
    for (name, fits) in [
        (NAME, true),
        ("partner.test", false),
        ("a.mx.partner.test", false),
        ("MX.Partner.test", true),
    ] {
        let result = shake(&client, wild.server_config(), LEVELS[3], Some(name)).await;
        assert_eq!(result.is_ok(), fits, "{name}");
    }
}

#[tokio::test]
async fn missing_and_unknown_issuers_are_told_apart() {
    let ca = TestCa::with_intermediate("Partner Authority");
    let client = trusting(&ca);
    let good = ca.issue(&[NAME], Validity::Now);
    assert_eq!(
        failure(&client, &good.without_intermediate()).await,
        Failure::CertificateChainIncomplete { issuer: "Partner Authority Intermediate".into() }
    );
    let stranger = TestCa::with_intermediate("Strange Authority");
    let foreign = stranger.issue(&[NAME], Validity::Now);
    let unknown = |issuer: &str| Failure::CertificateUnknownIssuer { issuer: issuer.to_owned() };
    assert_eq!(failure(&client, &foreign).await, unknown("Strange Authority Root"));
    let with_root = foreign.with(stranger.root());
    assert_eq!(failure(&client, &with_root).await, unknown("Strange Authority Root"));
    let leaf = foreign.without_intermediate();
    assert_eq!(failure(&client, &leaf).await, unknown("Strange Authority Intermediate"));
    // An authority that calls itself like ours is still not ours.
    let impostor = TestCa::new("Partner Authority");
    let forged = impostor.issue(&[NAME], Validity::Now);
    let forgery = failure(&client, &forged).await;
    assert!(matches!(forgery, Failure::CertificateInvalid { .. }), "{forgery:?}");
}

#[tokio::test]
async fn self_signed_certificates_are_called_so() {
    let ca = TestCa::new("Partner Authority");
    let client = trusting(&ca);
    let own = ca.self_signed(&[NAME], Validity::Now);
    assert_eq!(failure(&client, &own).await, Failure::CertificateSelfSigned);
    let level = TlsLevel::CertificateValidation;
    let strict = shake(&client, own.server_config(), level, None).await.unwrap_err();
    assert_eq!(strict, Failure::CertificateSelfSigned);
    let trusted = ClientTls::new(std::slice::from_ref(&own.chain_file)).unwrap();
    let session = shake(&trusted, own.server_config(), LEVELS[3], None).await;
    assert!(session.is_ok(), "a self-signed certificate that is trusted by its file is good");
}

/// A certificate signed by an authority nobody knows, made just as `change` wants it.
fn odd_leaf(
    change: impl FnOnce(&mut CertificateParams),
) -> rustls_pki_types::CertificateDer<'static> {
    let key = KeyPair::generate().unwrap();
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.distinguished_name.remove(DnType::CommonName);
    authority.distinguished_name.push(DnType::CommonName, "Far Issuer");
    let issuer = Issuer::new(authority, KeyPair::generate().unwrap());
    let mut parameters = CertificateParams::new(vec![NAME.to_owned()]).unwrap();
    change(&mut parameters);
    parameters.signed_by(&key, &issuer).unwrap().der().clone()
}

#[test]
fn a_certificate_that_says_where_its_issuer_is_lacks_an_intermediate() {
    let roots = TrustRoots::from_store(rustls::RootCertStore::empty());
    let check = |leaf| {
        let algorithms = provider().signature_verification_algorithms;
        verdict::check_chain(&leaf, &[], &roots, &algorithms, UnixTime::now())
    };
    // AuthorityInfoAccess with caIssuers http://ca.test/ (RFC 5280 section 4.2.2.1).
    let location = b"http://ca.test/";
    let mut entry = vec![0x06, 0x08, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x02, 0x86];
    entry.push(location.len() as u8);
    entry.extend(location);
    let mut content = vec![0x30, entry.len() as u8 + 2, 0x30, entry.len() as u8];
    content.extend(entry);
    let with_access = odd_leaf(|parameters| {
        let oid = [1, 3, 6, 1, 5, 5, 7, 1, 1];
        let extension = CustomExtension::from_oid_content(&oid, content);
        parameters.custom_extensions.push(extension);
    });
    let issuer = || "Far Issuer".to_owned();
    assert_eq!(check(with_access), Err(Failure::CertificateChainIncomplete { issuer: issuer() }));
    assert_eq!(
        check(odd_leaf(|_| ())),
        Err(Failure::CertificateUnknownIssuer { issuer: issuer() })
    );
}

#[test]
fn octets_that_are_no_certificate_are_invalid() {
    let roots = TrustRoots::from_store(rustls::RootCertStore::empty());
    let algorithms = provider().signature_verification_algorithms;
    let good = odd_leaf(|_| ());
    for length in 0..good.len() {
        let cut = CertificateDer::from(good[..length].to_vec());
        let verdict = verdict::check_chain(&cut, &[], &roots, &algorithms, UnixTime::now());
        assert!(matches!(verdict, Err(Failure::CertificateInvalid { .. })), "{length} {verdict:?}");
        assert_eq!(CertificateFacts::read(&cut), None);
    }
}

#[tokio::test]
async fn other_handshake_failures_are_put_in_words() {
    let ca = TestCa::new("Partner Authority");
    let client = trusting(&ca);
    for (octets, words) in [
        (&b"500 what?\r\n"[..], "something that is not TLS"),
        (b"\x15\x03\x03\x00\x02\x02\x50", "a problem of its own"),
        (b"", "closed the connection during the TLS handshake"),
    ] {
        let (near, mut far) = tokio::io::duplex(64 * 1024);
        tokio::spawn(async move {
            let mut hello = [0; 16];
            far.read_exact(&mut hello).await.unwrap();
            far.write_all(octets).await.unwrap();
        });
        let failure = client.handshake(near, NAME, &opportunistic()).await.unwrap_err();
        let Failure::TlsHandshake { detail } = failure else { panic!("{failure:?}") };
        assert!(detail.contains(words), "{detail}");
    }
    // A peer that demands a client certificate and gets none.
    let server = ca.issue(&[NAME], Validity::Now);
    let config = ca.server_config_demanding_certificate(&server);
    let (near, far) = tokio::io::duplex(64 * 1024);
    let accept = tokio::spawn(async move { TlsAcceptor::from(config).accept(far).await.is_err() });
    let session = client.handshake(near, NAME, &opportunistic()).await;
    // In TLS 1.3 the peer's refusal comes after our side is done.
    assert!(session.is_ok());
    drop(session);
    assert!(accept.await.unwrap());
}

#[tokio::test]
async fn an_old_server_is_named_as_such() {
    let ca = TestCa::new("Partner Authority");
    let (near, mut far) = tokio::io::duplex(64 * 1024);
    tokio::spawn(async move {
        let mut hello = [0; 16];
        far.read_exact(&mut hello).await.unwrap();
        // ServerHello of TLS 1.0 with TLS_RSA_WITH_AES_128_CBC_SHA.
        let mut record = vec![0x16, 3, 1, 0, 42, 2, 0, 0, 38, 3, 1];
        record.extend([7; 32]);
        record.extend([0, 0, 0x2f, 0]);
        far.write_all(&record).await.unwrap();
        let _ = far.read_to_end(&mut Vec::new()).await;
    });
    let client = trusting(&ca);
    let failure = client.handshake(near, NAME, &opportunistic()).await.unwrap_err();
    assert_eq!(failure, Failure::TlsTooOld { offered: "TLS 1.0".into() });
}

#[tokio::test]
async fn a_server_that_refuses_our_greeting_has_nothing_safe() {
    let ca = TestCa::new("Partner Authority");
    for (octets, old) in [
        (&b"\x15\x03\x01\x00\x02\x02\x46"[..], Some("TLS 1.0")),
        (b"\x15\x03\x02\x00\x02\x02\x46", Some("TLS 1.1")),
        (b"\x15\x03\x03\x00\x02\x02\x28", None),
    ] {
        let (near, mut far) = tokio::io::duplex(64 * 1024);
        tokio::spawn(async move {
            let mut hello = [0; 16];
            far.read_exact(&mut hello).await.unwrap();
            far.write_all(octets).await.unwrap();
        });
        match (trusting(&ca).handshake(near, NAME, &opportunistic()).await.unwrap_err(), old) {
            (Failure::TlsTooOld { offered }, Some(old)) => assert_eq!(offered, old),
            (Failure::TlsNothingInCommon { .. }, None) => {}
            (failure, _) => panic!("{failure:?}"),
        }
    }
}

#[tokio::test]
async fn a_name_that_is_no_dns_name_goes_without_sni() {
    let ca = TestCa::new("Partner Authority");
    let config = ca.issue(&["192.0.2.1"], Validity::Now).server_config();
    for (name, good) in [("192.0.2.1", true), ("odd name!", false)] {
        let (near, far) = tokio::io::duplex(64 * 1024);
        let acceptor = TlsAcceptor::from(Arc::clone(&config));
        let server = tokio::spawn(async move {
            let stream = acceptor.accept(far).await.unwrap();
            stream.get_ref().1.server_name().map(str::to_owned)
        });
        let client = trusting(&ca);
        let session = client.handshake(near, name, &opportunistic()).await.unwrap();
        assert_eq!(session.verdict.is_ok(), good, "{name}");
        assert_eq!(server.await.unwrap(), None);
    }
}

#[test]
fn a_root_file_that_cannot_be_used_is_named() {
    let missing = PathBuf::from("/nonexistent/roots.pem");
    let error = ClientTls::new(std::slice::from_ref(&missing)).unwrap_err();
    assert!(matches!(&error, TlsFileError::Unreadable { path, .. } if *path == missing));
    let ca = TestCa::new("Partner Authority");
    let key = ca.issue(&[NAME], Validity::Now).key_file;
    let error = ClientTls::new(&[key]).unwrap_err();
    assert!(matches!(error, TlsFileError::NoCertificate { .. }), "{error}");
}

/// One DER element.
fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut element = vec![tag, 0x82];
    element.extend(u16::try_from(content.len()).unwrap().to_be_bytes());
    element.extend(content);
    element
}

/// A self-signed certificate of X.509 version 1 for this key (its SubjectPublicKeyInfo).
fn version_one(key: &[u8], sign: impl FnOnce(&[u8]) -> Vec<u8>) -> CertificateDer<'static> {
    let algorithm = der(0x30, b"\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02");
    let common_name = [b"\x06\x03\x55\x04\x03".to_vec(), der(0x0c, NAME.as_bytes())].concat();
    let name = der(0x30, &der(0x31, &der(0x30, &common_name)));
    let validity = [der(0x17, b"200101000000Z"), der(0x18, b"21200101000000Z")].concat();
    let signed = der(
        0x30,
        &[
            der(0x02, &[7]),
            algorithm.clone(),
            name.clone(),
            der(0x30, &validity),
            name,
            key.to_vec(),
        ]
        .concat(),
    );
    let mut signature = vec![0];
    signature.extend(sign(&signed));
    der(0x30, &[signed, algorithm, der(0x03, &signature)].concat()).into()
}

/// A server with a certificate of X.509 version 1, as old appliances have.
fn version_one_server(versions: &[&'static rustls::SupportedProtocolVersion]) -> Arc<ServerConfig> {
    use rcgen::{PublicKeyData, SigningKey};
    let key = KeyPair::generate().unwrap();
    let certificate =
        version_one(&key.subject_public_key_info(), |octets| key.sign(octets).unwrap());
    let private = rustls_pki_types::PrivatePkcs8KeyDer::from(key.serialize_der()).into();
    let signing = provider().key_provider.load_private_key(private).unwrap();
    let certified = rustls::sign::CertifiedKey::new(vec![certificate], signing);
    let config = ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(versions)
        .unwrap()
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(rustls::sign::SingleCertAndKey::from(certified)));
    Arc::new(config)
}

#[tokio::test]
async fn a_certificate_of_version_one_encrypts_and_proves_nothing() {
    let client = ClientTls::with_roots(TrustRoots::from_store(rustls::RootCertStore::empty()));
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let config = version_one_server(&[version]);
        let level = TlsLevel::EncryptionOnly;
        let session = shake(&client, Arc::clone(&config), level, None).await.unwrap();
        assert_eq!(session.verdict, Err(Failure::CertificateSelfSigned));
        assert_eq!(session.peer_certificate.unwrap().names, [NAME]);
        let strict = shake(&client, config, TlsLevel::CertificateValidation, None).await;
        assert_eq!(strict.unwrap_err(), Failure::CertificateSelfSigned);
    }
}

#[test]
fn no_damage_to_a_certificate_makes_it_good_or_breaks_us() {
    let ca = TestCa::new("Partner Authority");
    let roots = TrustRoots::load(&[ca.root_file()]).unwrap();
    let algorithms = provider().signature_verification_algorithms;
    let good = ca.issue(&[NAME], Validity::Now).chain[0].to_vec();
    let check = |octets: Vec<u8>| {
        let leaf = CertificateDer::from(octets);
        let _ = CertificateFacts::read(&leaf);
        let _ = verdict::check_name(&leaf, NAME);
        let _ = verdict::check_chain(
            &leaf,
            std::slice::from_ref(&leaf),
            &roots,
            &algorithms,
            UnixTime::now(),
        );
        verdict::check_chain(&leaf, &[], &roots, &algorithms, UnixTime::now())
    };
    assert_eq!(check(good.clone()), Ok(()));
    for position in 0..good.len() {
        for bit in [0x01, 0x20, 0x80] {
            let mut damaged = good.clone();
            damaged[position] ^= bit;
            assert!(check(damaged).is_err(), "octet {position}, bit {bit:#x}");
        }
    }
}

#[test]
fn the_length_of_an_rsa_key_is_read_from_its_certificate() {
    let rsa = der(0x30, b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00");
    for octets in [64, 128, 256] {
        let modulus = [vec![0], vec![0x81; octets]].concat();
        let numbers = der(0x30, &[der(0x02, &modulus), b"\x02\x01\x03".to_vec()].concat());
        let key = der(0x30, &[rsa.clone(), der(0x03, &[vec![0], numbers].concat())].concat());
        let certificate = version_one(&key, |_| vec![1]);
        assert_eq!(signature::rsa_bits(&certificate), Some(octets * 8));
    }
    assert_eq!(signature::rsa_bits(&odd_leaf(|_| ())), None);
}

#[tokio::test]
async fn a_certificate_that_its_issuer_has_revoked_is_refused_where_a_good_one_is_demanded() {
    let ca = TestCa::with_intermediate("Partner Authority");
    let issued = ca.issue(&[NAME], Validity::Now);
    let client = trusting(&ca);
    for (said, verdict) in
        [(Said::good(), Ok(())), (Said::revoked(), Err(Failure::CertificateRevoked))]
    {
        let config = issued.server_config_stapling(ca.statement(&issued, said));
        let lenient = shake(&client, Arc::clone(&config), LEVELS[0], None).await.unwrap();
        assert!(matches!(lenient.staple, Staple::Said(_)), "{:?}", lenient.staple);
        assert_eq!(lenient.verdict, verdict);
        let strict = shake(&client, config, LEVELS[2], None).await;
        assert_eq!(strict.map(|_| ()), verdict);
    }
    let silent = shake(&client, issued.server_config(), LEVELS[3], None).await.unwrap();
    assert_eq!(silent.staple, Staple::Missing);
}
