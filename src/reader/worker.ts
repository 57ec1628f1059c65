/** The reader's entry point. The clock begins here. */
import { createReader } from "./app.ts";

export default createReader(Date.now);
