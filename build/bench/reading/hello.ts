/** What any Worker costs that does nothing: the yardstick of `npm run bench`. */
import { Hono } from "hono";

const app = new Hono();
app.get("*", (context) => context.text("Hello World!"));

export default app;
