import CEL
import Testing

/// What the libraries do, as expressions that must hold.
@Suite struct LibraryExpressionTests {
  private static let environment = CELEnvironment(
    variables: ["text": .string, "any": .dyn], libraries: CELLibrary.all)

  private static func result(
    _ expression: String, limit: Int = CELProgram.defaultLimit
  ) throws -> CELValue {
    let bindings = CELBindings(
      ["text": .string("a1b22"), "any": .string("^a")], in: environment)
    return try environment.compile(expression).evaluate(bindings, limit: limit)
  }

  @Test(arguments: [
    // Patterns.
    "text.matches('^a.*2$')", "matches(text, 'b')", "!text.matches('^b')", "text.matches(any)",
    "text.find('[0-9]+') == '1'", "text.find('x') == ''", "'é-ü'.find('-.') == '-ü'",
    "text.findAll('[0-9]+') == ['1', '22']", "text.findAll('[0-9]', 2) == ['1', '2']",
    "text.findAll('[0-9]', 0) == []", "'éa'.findAll('') == ['', '', '']",
    "'aab'.findAll('a*') == ['aa', '']",
    "regex.extract('user@host', '@(.*)').value() == 'host'",
    "!regex.extract('user', '@(.*)').hasValue()", "regex.extract('abc', 'b.').value() == 'bc'",
    "regex.extractAll('a=1 b=2', '[a-z]=(.)') == ['1', '2']",
    "regex.replace('a1b22', '([a-z])([0-9]+)', '\\\\2\\\\1') == '1a22b'",
    "regex.replace('banana', 'a', 'x', 2) == 'bxnxna'", "regex.replace('ab', 'b', 'c', 0) == 'ab'",
    "regex.replace('abc', '', '-') == '-a-b-c-'", "regex.replace('a', 'a', '\\\\\\\\') == '\\\\'",
    // Lists.
    "[1, 2, 3, 4].slice(1, 3) == [2, 3]", "[1].slice(1, 1) == []",
    "[[1], [2, [3]]].flatten() == [1, 2, [3]]", "[1, [2, [3, [4]]]].flatten(2) == [1, 2, 3, [4]]",
    "[3, 1, 2].sort() == [1, 2, 3]", "['b', 'a', 'é', 'Z'].sort() == ['Z', 'a', 'b', 'é']",
    "[2.5, -1.0].sort() == [-1.0, 2.5]", "[].sort() == []",
    "['ccc', 'a', 'bb'].sortBy(e, e.size()) == ['a', 'bb', 'ccc']",
    "[{'n': 2}, {'n': 1}].sortBy(e, e.n).map(e, e.n) == [1, 2]",
    "[[2, 1], [0]].sortBy(e, e.sortBy(x, x)[0]) == [[0], [2, 1]]",
    "['b1', 'a1', 'c0'].sortBy(e, e.substring(1)) == ['c0', 'b1', 'a1']",
    "[1, 1u, 1.0, 2, 'a', 'a', [1], [1.0]].distinct() == [1, 2, 'a', [1]]",
    "lists.range(3) == [0, 1, 2]", "lists.range(-1) == []", "[1, 2].reverse() == [2, 1]",
    "[7, 8].first().value() == 7", "[7, 8].last().value() == 8", "![].first().hasValue()",
    "[1, 2, 2].isSorted() && ![2, 1].isSorted()", "[1, 2, 3].sum() == 6", "[1.5, 2.5].sum() == 4.0",
    "[duration('1h'), duration('30m')].sum() == duration('90m')", "[3, 1, 2].min() == 1",
    "['a', 'c', 'b'].max() == 'c'", "[1, 2, 1].indexOf(1) == 0", "[1, 2, 1].lastIndexOf(1) == 2",
    "[1].indexOf(5) == -1",
    // Sets.
    "sets.contains([1, 2, 3], [2, 3, 2])", "!sets.contains([1], [2])", "sets.contains([], [])",
    "sets.equivalent([1, 2, 1], [2, 1])", "sets.intersects([1, 2], [2, 3])",
    "!sets.intersects([], [1])",
    // Quantities.
    "quantity('1.5Gi').asInteger() == 1610612736", "quantity('100m').asApproximateFloat() == 0.1",
    "quantity('1k') == quantity('1000')",
    "quantity('1Ki').isGreaterThan(quantity('1k'))", "quantity('1').compareTo(quantity('2')) == -1",
    "quantity('1').add(quantity('500m')).sub(1) == quantity('0.5')", "quantity('-3').sign() == -1",
    "!quantity('1.5').isInteger()", "isQuantity('1e3') && !isQuantity('1x')",
    "type(quantity('1')) == kubernetes.Quantity",
    // Versions.
    "semver('1.2.3').major() == 1 && semver('1.2.3-rc.1+b').minor() == 2",
    "semver('1.0.0-alpha').isLessThan(semver('1.0.0-alpha.1'))",
    "semver('1.0.0-alpha.beta').isGreaterThan(semver('1.0.0-alpha.1'))",
    "semver('1.0.0-rc.1').compareTo(semver('1.0.0')) == -1",
    "semver('v1.02', true) == semver('1.2.0')",
    "!isSemver('v1.0.0') && isSemver('v1', true) && !isSemver('1.0') && !isSemver('01.0.0')",
    "semver('1.0.0+a') == semver('1.0.0+b')",
    // URLs.
    "url('https://user@example.com:80/a%20b?x=1&x=2&y').getHost() == 'example.com:80'",
    "url('https://example.com:80/').getHostname() == 'example.com'",
    "url('https://[::1]:443/').getHostname() == '::1' && url('https://[::1]:443/').getPort() == '443'",
    "url('HTTPS://a/').getScheme() == 'https'", "url('/a b').getEscapedPath() == '/a%20b'",
    "url('https://a/?x=1&x=a%20b+c&y').getQuery() == {'x': ['1', 'a b c'], 'y': ['']}",
    "isURL('/path') && !isURL('path') && !isURL('https://a b/') && !isURL('https://a/%zz')",
    "!isURL('http://a:x/') && !isURL('') && isURL('mailto:a@b.c')",
    // Networks.
    "cidr('10.0.0.0/8').containsIP('::ffff:a00:1')",
    "isCIDR('10.0.0.0/8') && !isCIDR('10.0.0.0/33')",
    "string(cidr('10.1.2.3/0').masked()) == '0.0.0.0/0'",
    "string(ip('1:0:0:2::3')) == '1:0:0:2::3'",
    // Formats.
    "!format.dns1123Label().validate('my-name').hasValue()",
    "format.dns1123Label().validate('My-name').hasValue()",
    "format.named('uuid').value().validate('123e4567-e89b-12d3-a456-426614174000') == optional.none()",
    "!format.named('nothing').hasValue()", "format.date().validate('2023-02-29').hasValue()",
    "!format.datetime().validate('2024-02-29T12:00:00+01:00').hasValue()",
    "!format.labelValue().validate('').hasValue() && format.uri().validate('a b').hasValue()",
    "format.dns1123Subdomain().validate('a..b').hasValue()",
    "!format.qualifiedName().validate('example.com/Name_1').hasValue()",
    "format.byte().validate('a').hasValue()",
    // Numbers and times.
    "math.sqrt(16) == 4.0", "math.greatest([1, 2]) + 1 == 3", "math.least(1.5, 1, 2u) == 1",
    "duration('1h30m').getMinutes() == 90", "string(duration('-1.5s')) == '-1.5s'",
    "duration('1.5h') == duration('90m')", "duration('-0.5s').getMilliseconds() == -500",
    "timestamp('2024-02-29T23:30:00-01:00').getDate() == 1",
    "string(timestamp(-1)).endsWith('59Z')",
    "'%s'.format([duration('1us')]) == '0.000001s'", "'%d%%'.format([-5]) == '-5%'",
    "'%.10f'.format([0.1]) == '0.1000000000'", "'%.20f'.format([0.1]) == '0.10000000000000000555'",
    "'%e'.format([0.0]) == '0.000000e+00'", "'%x'.format([-255]) == '-ff'",
    "'%.1e'.format([9.99]) == '1.0e+01'", "'%s'.format([1e21]) == '1000000000000000000000'",
    "'%s'.format([ip('::1')]) == '::1'",
    "'abc'.split('') == ['a', 'b', 'c']", "'abc'.split('', 2) == ['a', 'bc']", "''.split('') == []",
    "'a,b,c'.split(',', 2) == ['a', 'b,c']", "''.split(',') == ['']",
    "'ab'.replace('', '-') == '-a-b-'", "'ab'.replace('', '-', 2) == '-a-b'",
    "'aaa'.lastIndexOf('aa') == 1", "'abc'.indexOf('c', 3) == -1",
  ])
  func holds(expression: String) throws {
    guard case .bool(let holds) = try Self.result(expression) else {
      Issue.record("no bool")
      return
    }
    #expect(holds)
  }

  @Test(arguments: [
    ("text.matches('(')", 13, "not closed"), ("text.find('a**')", 10, "cannot be repeated"),
    ("regex.replace(text, '(?=a)', '')", 20, "look-ahead"), ("'%y'.format([text])", 0, "clause"),
  ])
  func findsMistakesInConstantsBeforeItRuns(
    expression: String, offset: Int, reason: String
  ) {
    do throws(CELProblems) {
      _ = try Self.environment.compile(expression)
      Issue.record("it compiles")
    } catch {
      #expect(error.all.first?.offset == offset)
      #expect(error.all.first?.message.contains(reason) == true)
    }
  }

  @Test(arguments: [
    ("[1].slice(0, 2)", "0 <= start"), ("[1].slice(1, 0)", "0 <= start"), ("[].min()", "empty"),
    ("[1, 'a'].sort()", "one type"), ("[[1], [2]].sort()", "does not take"),
    ("[1].flatten(-1)", "negative"), ("dyn(['a', 'b']).sum()", "does not take"),
    ("quantity('x')", "no quantity"), ("quantity('1.5').asInteger()", "whole number"),
    ("semver('1')", "no semantic version"), ("url('a')", "no URL"), ("ip('1')", "parse error"),
    ("text.matches(any + '(')", "not closed"), ("regex.extract(text, '(a)(b)')", "one or none"),
    ("regex.replace('a', 'a', '\\\\1')", "behind a backslash"),
    ("regex.replace('a', 'a', '\\\\')", "ends with a backslash"), ("base64.decode('a')", "base64"),
    ("duration('1x')", "no duration"), ("duration('')", "no duration"),
    ("duration('1')", "no duration"),
    ("timestamp('2023-02-29T00:00:00Z')", "does not exist"), ("timestamp('x')", "RFC 3339"),
    ("timestamp('2023-01-01T00:00:00Z').getHours('Mars/Base')", "unknown time zone"),
    ("math.bitShiftLeft(1, -1)", "negative offset"),
    ("dyn('a') == math.greatest(dyn('a'))", "greatest"),
    ("math.greatest([])", "at least one"), ("'%.f'.format([1.0])", "digits must follow"),
    ("'%'.format([])", "percent sign ends"), ("'%.2000f'.format([1.0])", "precision"),
    ("lists.range(9223372036854775807)", "limit"),
    (
      "lists.range(100000).map(x, x % 1000).map(x, string(x)).distinct().size() > 0 && "
        + "sets.contains(lists.range(20000), lists.range(20000).reverse())", "limit"
    ),
    (
      "'a'.replace('', lists.range(20000).map(x, 'aaaaaaaaaaaaaaaa').join()).replace('a', "
        + "lists.range(20000).map(x, 'bbbbbbbb').join()).size() > 0", "limit"
    ),
    (
      "lists.range(4000).map(x, int(math.sqrt(x) * 1000.0) % 2 == 0 ? 'a' : 'b').join()"
        + ".matches('[ab]*a[ab]{900}c' + any.substring(1))", "pattern costs more"
    ),
  ])
  func saysWhyItFails(expression: String, reason: String) throws {
    // A mistake in constants may be found before anything runs.
    do {
      _ = try Self.result(expression, limit: 200_000)
      Issue.record("it gives a value")
    } catch {
      #expect("\(error)".contains(reason), "\(error)")
    }
  }
}
