// Imported first by tests of many devices or pages: they run the release build,
// as a sanitized one is for the tests beside them.
process.env.BIRTHMARK_BIN = process.env.BIRTHMARK_RELEASE ||
	process.env.BIRTHMARK || '';
