import { commit } from "#actions/commit";
import type { Context } from "#actions/context";
import type { Product } from "#domain/catalog/product";
import type { Result } from "#domain/result";
import { insertProduct } from "#storage/queries/catalog";

export async function createProduct(context: Context, input: Omit<Product, "id">): Promise<Result<Product>> {
  const product: Product = { ...input, id: context.ids.next("product") };
  return commit(context, {
    result: product,
    events: [{ stream: `product/${product.id}`, version: 1, type: "product.created", data: { product: product.id, key: product.key } }],
    writes: [insertProduct(context.db, context.environment.id, product, context.clock.now())],
    audit: [{ action: "product.create", subject: product.id, before: null, after: product }],
  });
}
