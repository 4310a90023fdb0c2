/** The part of sql.js that is used; the package has no types of its own. */
declare module "sql.js/dist/sql-wasm-inline.js" {
  interface Statement {
    step: () => boolean;
    get: () => (number | string | Uint8Array | null)[];
    getColumnNames: () => string[];
    free: () => boolean;
  }
  export interface Database {
    prepare: (sql: string) => Statement;
    close: () => void;
  }
  const initSqlJs: () => Promise<{ Database: new (bytes: Uint8Array) => Database }>;
  export default initSqlJs;
}
