// test-results-parser (npm, of testbeats) on every JUnit report below a folder, its result as JSON.
// usage: FOLDER OUT.json, with NODE_PATH where it is installed. Its own `total` leaves skipped cases out, so cases are counted.
const { parse } = require('test-results-parser');
const [folder, out] = process.argv.slice(2);
const result = parse({ type: 'junit', files: [`${folder}/**/*.xml`] });
require('fs').writeFileSync(out, JSON.stringify(result));
console.log('cases', result.suites.reduce((sum, suite) => sum + suite.cases.length, 0));
