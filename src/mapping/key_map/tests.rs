//! Tables of keys: what is read, what is refused with its line, what wins.

use super::*;

fn table(text: &str) -> KeyMap {
    KeyMap::read("keys.csv", text.as_bytes()).unwrap_or_else(|error| panic!("{error}"))
}

fn refused(text: &str) -> String {
    KeyMap::read("keys.csv", text.as_bytes()).unwrap_err().to_string()
}

fn sought<'c>(definition: &'c str, name: &'c str, test_id: &'c str) -> Sought<'c> {
    Sought { definition, name, test_id }
}

/// The key and the line of what is found.
fn found(table: &KeyMap, definition: &str, name: &str, test_id: &str) -> Option<(String, u64)> {
    let hit = table.find(sought(definition, name, test_id), &mut Vec::new())?;
    Some((hit.row.key.clone(), hit.row.line))
}

#[test]
fn two_columns_need_no_header() {
    let table = table("\u{feff}shop.Cart.adds,DEMO-1\r\n\r\n# a remark, with a comma\r\n\"pays(1, 2)\" , DEMO-2\r\n");
    assert_eq!(found(&table, "shop.Cart.adds", "adds", ""), Some(("DEMO-1".to_owned(), 1)));
    assert_eq!(found(&table, "shop.Cart.pays", "pays(1, 2)", ""), Some(("DEMO-2".to_owned(), 4)));
    assert_eq!(found(&table, "shop.Cart.x", "x", ""), None);
    assert_eq!(table.rows(), 2);
}

#[test]
fn a_header_says_what_is_in_which_column() {
    let jira = table("Issue key;Summary;Generic Test Definition;Priority\nDEMO-1;adds;shop.Cart.adds;High\n");
    assert_eq!(found(&jira, "shop.Cart.adds", "", "").unwrap().0, "DEMO-1");
    assert_eq!(found(&jira, "other", "adds", "").unwrap().0, "DEMO-1");
    assert_eq!(found(&jira, "adds", "", ""), None, "a name is no definition");
    let ids = table("test_id\tkey\n4711\tDEMO-9\n");
    assert_eq!(found(&ids, "a.b", "b", "4711").unwrap().0, "DEMO-9");
    assert_eq!(found(&ids, "4711", "4711", ""), None);
}

#[test]
fn json_is_an_object_or_rows() {
    let object = table("{\n  \"shop.Cart.adds\": \"DEMO-1\",\n  \"4711\": \"DEMO-2\"\n}");
    assert_eq!(found(&object, "shop.Cart.adds", "", ""), Some(("DEMO-1".to_owned(), 2)));
    assert_eq!(found(&object, "a.b", "b", "4711"), Some(("DEMO-2".to_owned(), 3)));
    let rows = table(
        "[{\"definition\": \"a.b\", \"key\": \"DEMO-1\"},\n {\"key\": \"DEMO-2\", \"name\": \"b\\u0021\"},\n\
         {\"test_id\": 12, \"key\": \"DEMO-3\"}, {\"glob\": \"a.*\", \"key\": \"DEMO-4\"}]",
    );
    assert_eq!(found(&rows, "a.b", "", ""), Some(("DEMO-1".to_owned(), 1)));
    assert_eq!(found(&rows, "x", "b!", ""), Some(("DEMO-2".to_owned(), 2)));
    assert_eq!(found(&rows, "x", "", "12"), Some(("DEMO-3".to_owned(), 3)));
    assert_eq!(found(&rows, "a.c", "", ""), Some(("DEMO-4".to_owned(), 3)));
}

#[test]
fn exact_comes_before_glob_and_the_first_row_wins() {
    let table = table("shop.*,DEMO-1\nshop.Cart.*,DEMO-2\nshop.Cart.adds,DEMO-3\nadds,DEMO-4\n");
    let hit = table.find(sought("shop.Cart.adds", "adds", ""), &mut Vec::new()).unwrap();
    assert_eq!((hit.row.line, hit.rival.map(|row| row.line)), (3, Some(4)));
    let hit = table.find(sought("shop.Cart.pays", "pays", ""), &mut Vec::new()).unwrap();
    assert_eq!((hit.row.line, hit.rival.map(|row| row.line)), (1, Some(2)));
    assert_eq!(found(&table, "other.Cart.pays", "pays", ""), None);
}

#[test]
fn rivals_have_another_key() {
    let table = table("shop.*,DEMO-1\nshop.Cart.*,DEMO-1\n*.pays,DEMO-2\n");
    let hit = table.find(sought("shop.Cart.pays", "pays", ""), &mut Vec::new()).unwrap();
    assert_eq!((hit.row.line, hit.rival.map(|row| row.line)), (1, Some(3)));
    let hit = table.find(sought("shop.Cart.adds", "adds", ""), &mut Vec::new()).unwrap();
    assert_eq!((hit.row.line, hit.rival), (1, None));
}

#[test]
fn nothing_but_a_star_is_special() {
    let table = table("\"t[1]{a,b}?\\!-**.x\",DEMO-1\nwhat?,DEMO-2\nü*ß,DEMO-3\n");
    assert_eq!(found(&table, "t[1]{a,b}?\\!-any/thing.x", "", "").unwrap().0, "DEMO-1");
    assert_eq!(found(&table, "t1a?\\!-y.x", "", ""), None);
    assert_eq!(found(&table, "whats", "", ""), None);
    assert_eq!(found(&table, "ü (größer) ß", "", "").unwrap().0, "DEMO-3");
    assert_eq!(found(&table, "t[1]{a,b}?\\!-a\nb.x", "", "").unwrap().0, "DEMO-1");
}

#[test]
fn what_was_not_met_and_what_was_met_twice_is_known() {
    let table = table("adds,DEMO-1\npays,DEMO-2\nnever,DEMO-3\nshop.*,DEMO-4\n");
    for (definition, name) in [("a.adds", "adds"), ("b.adds", "adds"), ("a.pays", "pays"), ("a.pays", "pays")] {
        assert!(found(&table, definition, name, "").is_some());
    }
    let lines = |rows: Vec<&KeyMapRow>| rows.iter().map(|row| row.line).collect::<Vec<_>>();
    assert_eq!(lines(table.unmatched().collect()), [3, 4]);
    assert_eq!(lines(table.shared().collect()), [1]);
}

#[test]
fn repeated_rows_are_told_when_they_contradict() {
    let table = table("a,DEMO-1\na,DEMO-1\na,DEMO-2\n");
    assert_eq!(table.contradictions(), [(3, 1)]);
    assert_eq!(found(&table, "a", "", ""), Some(("DEMO-1".to_owned(), 1)));
    assert_eq!(table.rows(), 1);
}

#[test]
fn what_is_wrong_is_told_with_its_line() {
    assert_eq!(refused("a,DEMO-1\n\nb,demo-2\n"), "keys.csv:3: \"demo-2\" is no issue key, such as DEMO-12");
    assert_eq!(refused("a,DEMO-1\nb,\n"), "keys.csv:2: the row has no key");
    assert_eq!(refused("a,DEMO-1\n,DEMO-2\n"), "keys.csv:2: the row names no test");
    assert!(refused("a,DEMO-1\npays(1, 2),DEMO-2\n").starts_with("keys.csv:2: the row has 3 columns instead of two"));
    assert!(refused("a\n").starts_with("keys.csv:1: the row has 1 column instead"));
    assert_eq!(refused(" \n"), "keys.csv: there is no row in it");
    assert!(refused("key,priority\nDEMO-1,High").starts_with("keys.csv:1: no column names a test"));
    assert_eq!(KeyMap::read("k", b"a,DEMO-1\n\xFFb,DEMO-2").unwrap_err().to_string(), "k:2: the line is not UTF-8");
    assert!(refused("{\"a\": \"DEMO-1\",\n \"b\": }").starts_with("keys.csv:2: unreadable: "));
    assert_eq!(refused("{\"a\": \"DEMO-1\",\n \"b\": \"x\"}"), "keys.csv:2: \"x\" is no issue key, such as DEMO-12");
    assert_eq!(refused("{\"a\": null}"), "keys.csv:1: the row has no key");
    assert_eq!(refused("[\n{\"key\": \"DEMO-1\"}]"), "keys.csv:2: the row names no test");
    assert!(
        refused("[{\"name\": \"a\", \"glob\": \"b\", \"key\": \"DEMO-1\"}]").contains("a row has a key and one of")
    );
    assert!(refused("[7]").contains("a row has a key and one of"));
    assert_eq!(KeyMap::read("k", b"{\"a\xFF\": 1}").unwrap_err().to_string(), "k:1: the line is not UTF-8");
}

#[test]
fn tables_are_bounded() {
    let rows: String = (0..=MOST_GLOBS).map(|row| format!("a{row}*,DEMO-1\n")).collect();
    assert_eq!(refused(&rows), format!("keys.csv:{}: there are more than 5000 globs", MOST_GLOBS + 1));
    assert!(refused(&format!("{}*,DEMO-1\n", "x".repeat(1000))).contains("longer than 1000 bytes"));
    let rows: String = (0..MOST_GLOBS).map(|row| format!("*a{row}y*b{row}z,DEMO-1\n")).collect();
    let table = table(&rows);
    assert_eq!(found(&table, "xa4999yb4999z", "", "").unwrap().1, 5000);
}
