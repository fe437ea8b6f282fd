use super::*;
use crate::config::MailFlow;

const TEXT: &str = "\
# Mail flow of Contoso.

[organization]
name = \"Contoso\"   # the name in reports

# --- domains ---

# the oldest one
[[domain]]
name = \"contoso.example\"
type = \"authoritative\"

[[domain]]
name   = 'Old.example'

# --- connectors ---

[[connector]]
name = \"to own\"  # ours
direction = \"outbound\"
peer = \"on_premises\"
recipient_domains = [
    \"corp.example\",      # head office
    \"*.corp.example\",
]
smart_hosts = [\"mail.corp.example\"]
# tls = \"opportunistic\"
";

fn domain(text: &str) -> Domain {
    Domain::parse(text).unwrap()
}

fn edited(text: &str, edit: impl FnOnce(&mut FlowEditor)) -> String {
    let mut editor = FlowEditor::new(text).unwrap();
    edit(&mut editor);
    let text = editor.text();
    MailFlow::parse(&text, "x").unwrap_or_else(|problems| panic!("{problems:?}\n{text}"));
    text
}

#[test]
fn what_is_not_changed_stays_to_the_octet() {
    let other_system = TEXT.replace('\n', "\r\n");
    let marked = format!("\u{feff}{TEXT}");
    for text in [TEXT, &other_system, &marked, "", "# nothing yet\n", "[queue]\n"] {
        assert_eq!(FlowEditor::new(text).unwrap().text(), *text);
    }
}

#[test]
fn a_new_entry_stands_behind_those_of_its_kind() {
    let text = edited(TEXT, |editor| {
        editor.add_domain(&domain("new.example"), DomainType::InternalRelay, true).unwrap();
    });
    let new = "\n[[domain]]\nname = \"new.example\"\ntype = \"internal_relay\"\n\
               match_subdomains = true\n";
    let expected =
        TEXT.replace("name   = 'Old.example'\n", &format!("name   = 'Old.example'\n{new}"));
    assert_eq!(text, expected);
    for empty in ["", "# nothing yet\n"] {
        let text = edited(empty, |editor| {
            editor.add_domain(&domain("a.example"), DomainType::Authoritative, false).unwrap();
        });
        assert!(text.starts_with(empty), "{text:?}");
        assert!(text.ends_with("[[domain]]\nname = \"a.example\"\ntype = \"authoritative\"\n"));
    }
}

#[test]
fn a_value_is_replaced_where_it_stands() {
    let text = edited(TEXT, |editor| {
        editor.set_domain(&domain("OLD.example"), Some(DomainType::InternalRelay), None).unwrap();
        let fields = vec![
            ("smart_hosts", Field::List(vec!["mail.corp.example".into(), "b.example".into()])),
            ("recipient_domains", Field::List(vec!["corp.example".into()])),
            ("enabled", Field::Flag(false)),
        ];
        editor.set_connector("to own", &fields).unwrap();
    });
    assert!(text.contains("name   = 'Old.example'\ntype = \"internal_relay\"\n"), "{text}");
    assert!(text.contains("smart_hosts = [\"mail.corp.example\", \"b.example\"]\n"), "{text}");
    assert!(text.contains("    \"corp.example\",      # head office"), "{text}");
    assert!(!text.contains("*.corp.example"), "{text}");
    assert!(text.contains("name = \"to own\"  # ours"), "{text}");
    assert!(text.contains("enabled = false\n"), "{text}");
    let back = edited(&text, |editor| {
        editor.set_connector("to own", &vec![("enabled", Field::Absent)]).unwrap();
    });
    assert!(!back.contains("enabled"), "{back}");
}

#[test]
fn a_removed_entry_takes_its_own_comment_along_and_no_other() {
    let text = edited(TEXT, |editor| editor.remove_domain(&domain("contoso.example")).unwrap());
    assert!(!text.contains("the oldest one") && !text.contains("contoso.example"), "{text}");
    assert!(text.contains("# --- domains ---\n\n[[domain]]\nname   = 'Old.example'"), "{text}");
    assert!(text.contains("# --- connectors ---"), "{text}");
    let text = edited(&text, |editor| editor.remove_domain(&domain("old.example")).unwrap());
    assert!(text.contains("# --- domains ---") && text.contains("# --- connectors ---"), "{text}");
    let text = edited(&text, |editor| editor.remove_connector("to own").unwrap());
    assert!(text.contains("# --- connectors ---") && !text.contains("[["), "{text}");
}

#[test]
fn lists_of_inline_tables_are_edited_too() {
    let text = "domain = [{ name = \"a.example\" }]\n";
    let text = edited(text, |editor| {
        editor.add_domain(&domain("b.example"), DomainType::Authoritative, false).unwrap();
        editor.set_domain(&domain("a.example"), None, Some(true)).unwrap();
    });
    let flow = MailFlow::parse(&text, "x").unwrap().0;
    assert_eq!(flow.domains.len(), 2);
    assert!(flow.domains[0].match_subdomains);
    let text = edited(&text, |editor| editor.remove_domain(&domain("a.example")).unwrap());
    assert_eq!(MailFlow::parse(&text, "x").unwrap().0.domains.len(), 1);
}

#[test]
fn names_that_are_there_or_not_there_are_refused() {
    let mut editor = FlowEditor::new(TEXT).unwrap();
    let old = domain("old.example");
    let added = editor.add_domain(&old, DomainType::Authoritative, false);
    assert!(matches!(added, Err(EditError::Exists { kind: "domain", .. })));
    assert!(matches!(
        editor.remove_connector("to Own"),
        Err(EditError::NotFound { kind: "connector", .. })
    ));
    assert!(matches!(editor.set_connector("x", &vec![]), Err(EditError::NotFound { .. })));
    assert!(matches!(FlowEditor::new("= x"), Err(EditError::NotToml(_))));
    let mut odd = FlowEditor::new("domain = 3\n").unwrap();
    let added = odd.add_domain(&old, DomainType::Authoritative, false);
    assert_eq!(added, Err(EditError::NotTables { kind: "domain" }));
}

#[test]
fn a_comment_of_a_section_stays_whatever_its_empty_line_is_made_of() {
    for (empty, end) in [("\n", "\n"), ("\r\n", "\r\n"), ("  \t\n", "\n"), (" \r\n", "\r\n")] {
        let head = format!("# --- domains ---{end}{empty}");
        let text = format!("[queue]{end}{head}# its own{end}[[domain]]{end}name = \"a.test\"{end}");
        let text = edited(&text, |editor| editor.remove_domain(&domain("a.test")).unwrap());
        assert_eq!(text.trim_end(), format!("[queue]{end}# --- domains ---"), "{empty:?}");
    }
}

#[test]
fn a_comment_in_a_list_stays_with_its_entry() {
    let before = "[[connector]]\nname = \"c\"\ndirection = \"outbound\"\npeer = \"partner\"\n\
                  smart_hosts = [\"m.test\"]\n";
    for comma in [",", ""] {
        let list =
            format!("recipient_domains = [\n  \"a.test\", # Halle\n  \"b.test\"{comma} # Ulm\n]\n");
        let first = format!("{before}{list}");
        let domains = |names: &[&str]| {
            let names = names.iter().map(|&name| name.to_owned()).collect();
            vec![("recipient_domains", Field::List(names))]
        };
        let more = edited(&first, |editor| {
            editor.set_connector("c", &domains(&["a.test", "b.test", "c.test"])).unwrap();
        });
        let expected = format!("  \"b.test\", # Ulm\n  \"c.test\"{comma}\n]\n");
        assert!(more.ends_with(&expected), "{more}");
        let back = edited(&more, |editor| {
            editor.set_connector("c", &domains(&["a.test", "b.test"])).unwrap();
        });
        assert_eq!(back, first);
    }
}

#[test]
fn every_line_keeps_its_own_end() {
    let text =
        "# one\r\n[[domain]]\nname = \"a.test\"\r\n\n# two\n[[domain]]\r\nname = \"b.test\"\n";
    let added = edited(text, |editor| {
        editor.add_domain(&domain("c.test"), DomainType::Authoritative, false).unwrap();
    });
    assert!(added.starts_with(text), "{added:?}");
    let removed = edited(&added, |editor| editor.remove_domain(&domain("c.test")).unwrap());
    assert_eq!(removed, text);
    let set = edited(text, |editor| {
        editor.set_domain(&domain("a.test"), None, Some(true)).unwrap();
    });
    assert_eq!(set, text.replace("\"a.test\"\r\n", "\"a.test\"\r\nmatch_subdomains = true\r\n"));
}

proptest::proptest! {
    /// Whatever ends its lines have, an edit and its reverse give the text back.
    #[test]
    fn an_edit_and_its_reverse_give_the_text_back(
        lines in proptest::collection::vec((0..4_usize, "[a-z ]{0,6}", proptest::bool::ANY), 0..8),
        comma in proptest::bool::ANY,
    ) {
        let mut text = String::from("[queue]\r\n");
        for (number, (kind, word, with_return)) in lines.iter().enumerate() {
            let end = if *with_return { "\r\n" } else { "\n" };
            text.push_str(&match kind {
                0 => format!("# {word}{end}"),
                1 => format!("{}{end}", " ".repeat(word.len())),
                _ => format!("[[domain]]{end}name = \"n{number}.test\" # {word}{end}"),
            });
        }
        let comma = if comma { "," } else { "" };
        text.push_str("[[connector]]\nname = \"c\"\nrecipient_domains = [\n  \"a.test\", # a\r\n");
        text.push_str(&format!("  \"b.test\"{comma} # b\r\n]\n"));
        let list = |names: &[&str]| {
            vec![("recipient_domains", Field::List(names.iter().map(|&n| n.into()).collect()))]
        };
        let new = domain("new.example");
        let mut editor = FlowEditor::new(&text).unwrap();
        editor.add_domain(&new, DomainType::Authoritative, true).unwrap();
        editor.set_connector("c", &list(&["a.test", "b.test", "c.test"])).unwrap();
        let between = editor.text();
        let mut editor = FlowEditor::new(&between).unwrap();
        editor.set_connector("c", &list(&["a.test", "b.test"])).unwrap();
        editor.remove_domain(&new).unwrap();
        proptest::prop_assert_eq!(editor.text(), text, "between: {:?}", between);
    }

    /// Whatever happens to a domain in between, adding and removing it gives the text back.
    #[test]
    fn adding_and_removing_gives_the_text_back(
        names in proptest::collection::vec("[a-d]{1,2}", 0..4),
        comment in "[a-z#\\n ]{0,20}",
    ) {
        let mut text = format!("# {}\n", comment.replace('\n', "\n# "));
        for (i, name) in names.iter().enumerate() {
            text.push_str(&format!("\n# {i}\n[[domain]]\nname = \"{name}{i}.test\" # x\n"));
        }
        let new = domain("new.example");
        let mut editor = FlowEditor::new(&text).unwrap();
        editor.add_domain(&new, DomainType::Authoritative, true).unwrap();
        editor.set_domain(&new, Some(DomainType::InternalRelay), Some(false)).unwrap();
        editor.remove_domain(&new).unwrap();
        proptest::prop_assert_eq!(editor.text(), text);
    }
}

#[test]
fn a_connector_that_takes_the_mail_for_the_internet_is_not_removed_and_the_line_is_named() {
    let text = format!("{TEXT}\n[routing]\ninternet = 'via connector \"to own\"'\n");
    let mut editor = FlowEditor::new(&text).unwrap();
    let line = text.lines().position(|line| line.starts_with("internet")).unwrap() + 1;
    let refused = editor.remove_connector("to own").unwrap_err();
    assert_eq!(refused, EditError::TakesInternet { name: "to own".into(), line });
    assert_eq!(editor.text(), text);
    assert!(matches!(editor.remove_connector("none"), Err(EditError::NotFound { .. })));
    editor.set_internet(None).unwrap();
    editor.remove_connector("to own").unwrap();
    assert!(!editor.text().contains("to own"));
}
