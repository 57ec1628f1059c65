/** The consumer's main module: its entry points and its object, which only workerd can load. */
import consumer from "./worker.ts";
import { Workshop } from "./workshop.ts";

export default consumer;
export { Workshop };
