"""Says how SQLite would run each statement of the program, and which would walk
a table that grows with devices.
usage: plans.py PROGRAM SQL_FOLDER
Prints one JSON object: statements (count), walks (list of [statement, step])."""
import json
import pathlib
import re
import sqlite3
import sys

GROWING = {'audit', 'certificate', 'cloud_change', 'cloud_welcome', 'device',
           'device_claim', 'device_event', 'device_fp', 'device_id',
           'feed_event', 'idempotency', 'job_exception', 'job_found', 'seen',
           'upstream_request', 'voucher_issued'}
STATEMENT = re.compile(
    rb'(?<=\0)(?:SELECT|INSERT|UPDATE|DELETE|WITH) [ -~\n\t]{10,}(?=\0)')
TABLE = re.compile(r'\b(?:FROM|JOIN|INTO|UPDATE)\s+(?:dev\.)?(\w+)'
                   r'(?:\s+(?:AS\s+)?(?!WHERE|ON|SET|JOIN|LEFT|ORDER|VALUES)'
                   r'(\w+))?')


def database(folder):
    db = sqlite3.connect(':memory:')
    db.execute("ATTACH ':memory:' AS dev")
    for path in sorted(folder.glob('0*.sql')):
        db.executescript(path.read_text())
    part = sqlite3.connect(':memory:')
    for path in sorted(folder.glob('dev_*.sql')):
        part.executescript(path.read_text())
    for (sql,) in part.execute(
            "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL"):
        db.execute(re.sub(r'^CREATE (UNIQUE INDEX|INDEX|TABLE) ',
                          r'CREATE \1 dev.', sql))
    return db


def walks(sql, steps):
    tables = {}
    for table, alias in TABLE.findall(sql):
        tables[table] = tables[alias or table] = table
    pages = re.search(r'ORDER BY \w+(?: DESC)? LIMIT \$', sql)
    for step in steps:
        scan = re.match(r'SCAN (\w+)', step)
        whole = re.match(r'SEARCH (\w+) .*\(account_id=\?\)', step)
        if scan and tables.get(scan[1]) in GROWING and \
                not re.search(r'ORDER BY seq DESC LIMIT 1$', sql):
            yield step
        if whole and tables.get(whole[1]) in GROWING and not pages:
            yield step


def main():
    db = database(pathlib.Path(sys.argv[2]))
    found, n = [], 0
    for m in STATEMENT.finditer(pathlib.Path(sys.argv[1]).read_bytes()):
        sql = m[0].decode()
        values = [None] * len(set(re.findall(r'\$\d+', sql)))
        try:
            steps = [row[3] for row in
                     db.execute('EXPLAIN QUERY PLAN ' + sql, values)]
        except sqlite3.OperationalError:
            continue  # of another database, or no statement
        n += 1
        found += [[sql, step] for step in walks(sql, steps)]
    print(json.dumps({'statements': n, 'walks': found}))


main()
