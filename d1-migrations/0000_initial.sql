CREATE TABLE `backfill` (
	`environment_id` text NOT NULL,
	`id` text NOT NULL,
	`status` text NOT NULL,
	`mode` text NOT NULL,
	`from_at` integer NOT NULL,
	`to_at` integer NOT NULL,
	`types` text,
	`customers` text,
	`place` text,
	`opened_at` integer NOT NULL,
	`closed_at` integer,
	`reverted_at` integer,
	`version` integer NOT NULL,
	PRIMARY KEY(`environment_id`, `id`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `backfill_customer` (
	`environment_id` text NOT NULL,
	`backfill_id` text NOT NULL,
	`customer_key` text NOT NULL,
	`state` text NOT NULL,
	`loaded` integer NOT NULL,
	`added` integer NOT NULL,
	`superseded` integer NOT NULL,
	`refused_code` text,
	`refused_detail` text,
	PRIMARY KEY(`environment_id`, `backfill_id`, `customer_key`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `backfill_customer_by_state` ON `backfill_customer` (`environment_id`,`backfill_id`,`state`,`customer_key`);--> statement-breakpoint
CREATE TABLE `feature` (
	`environment_id` text NOT NULL,
	`id` text NOT NULL,
	`key` text NOT NULL,
	`name` text NOT NULL,
	`type` text NOT NULL,
	`meter_key` text,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`environment_id`, `id`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `feature_key` ON `feature` (`environment_id`,`key`);--> statement-breakpoint
CREATE TABLE `meter` (
	`environment_id` text NOT NULL,
	`id` text NOT NULL,
	`key` text NOT NULL,
	`name` text NOT NULL,
	`event_type` text NOT NULL,
	`definitions` text NOT NULL,
	`unit` text,
	`display_scale` integer,
	`late` text NOT NULL,
	`archived_at` integer,
	`created_at` integer NOT NULL,
	`version` integer NOT NULL,
	PRIMARY KEY(`environment_id`, `id`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `meter_key` ON `meter` (`environment_id`,`key`);--> statement-breakpoint
CREATE TABLE `plan` (
	`environment_id` text NOT NULL,
	`id` text NOT NULL,
	`key` text NOT NULL,
	`name` text NOT NULL,
	`created_at` integer NOT NULL,
	`version` integer NOT NULL,
	PRIMARY KEY(`environment_id`, `id`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `plan_key` ON `plan` (`environment_id`,`key`);--> statement-breakpoint
CREATE TABLE `plan_version` (
	`environment_id` text NOT NULL,
	`id` text NOT NULL,
	`plan_id` text NOT NULL,
	`number` integer NOT NULL,
	`currency` text NOT NULL,
	`interval` text NOT NULL,
	`terms` text NOT NULL,
	`published_at` integer,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`environment_id`, `id`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `plan_version_number` ON `plan_version` (`environment_id`,`plan_id`,`number`);--> statement-breakpoint
CREATE TABLE `product` (
	`environment_id` text NOT NULL,
	`id` text NOT NULL,
	`key` text NOT NULL,
	`name` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`environment_id`, `id`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `product_key` ON `product` (`environment_id`,`key`);--> statement-breakpoint
CREATE TABLE `customer` (
	`environment_id` text NOT NULL,
	`id` text NOT NULL,
	`key` text NOT NULL,
	`name` text NOT NULL,
	`email` text,
	`currency` text,
	`time_zone` text NOT NULL,
	`region` text,
	`billing_address` text,
	`contract_version` integer NOT NULL,
	`created_at` integer NOT NULL,
	`version` integer NOT NULL,
	PRIMARY KEY(`environment_id`, `id`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `customer_key` ON `customer` (`environment_id`,`key`);--> statement-breakpoint
CREATE TABLE `subject` (
	`environment_id` text NOT NULL,
	`subject` text NOT NULL,
	`from_at` integer NOT NULL,
	`to_at` integer,
	`customer_id` text NOT NULL,
	`customer_key` text NOT NULL,
	`version` integer NOT NULL,
	PRIMARY KEY(`environment_id`, `subject`, `from_at`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `subject_by_customer` ON `subject` (`environment_id`,`customer_id`,`subject`,`from_at`);--> statement-breakpoint
CREATE TABLE `subscription` (
	`environment_id` text NOT NULL,
	`id` text NOT NULL,
	`customer_id` text NOT NULL,
	`customer_key` text NOT NULL,
	`status` text NOT NULL,
	`currency` text NOT NULL,
	`zone` text NOT NULL,
	`start_at` integer NOT NULL,
	`end_at` integer,
	`revisions` text NOT NULL,
	`billed_through` integer NOT NULL,
	`unsettled_from` integer NOT NULL,
	`created_at` integer NOT NULL,
	`version` integer NOT NULL,
	PRIMARY KEY(`environment_id`, `id`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `subscription_by_customer` ON `subscription` (`environment_id`,`customer_id`,`id`);--> statement-breakpoint
CREATE TABLE `audit` (
	`environment_id` text NOT NULL,
	`id` text NOT NULL,
	`actor_type` text NOT NULL,
	`actor_id` text NOT NULL,
	`action` text NOT NULL,
	`subject` text NOT NULL,
	`before` text,
	`after` text,
	`request_id` text NOT NULL,
	`recorded_at` integer NOT NULL,
	PRIMARY KEY(`environment_id`, `subject`, `id`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `due` (
	`environment_id` text NOT NULL,
	`due_at` integer NOT NULL,
	`kind` text NOT NULL,
	`subject` text NOT NULL,
	`attempts` integer NOT NULL,
	`last_error` text,
	`parked_at` integer,
	PRIMARY KEY(`environment_id`, `due_at`, `kind`, `subject`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `due_waiting` ON `due` (`parked_at`,`due_at`,`kind`,`subject`);--> statement-breakpoint
CREATE INDEX `due_parked` ON `due` (`environment_id`,`due_at`,`kind`,`subject`) WHERE parked_at is not null;--> statement-breakpoint
CREATE TABLE `event` (
	`environment_id` text NOT NULL,
	`stream` text NOT NULL,
	`version` integer NOT NULL,
	`id` text NOT NULL,
	`type` text NOT NULL,
	`data` text NOT NULL,
	`occurred_at` integer NOT NULL,
	`recorded_at` integer NOT NULL,
	PRIMARY KEY(`environment_id`, `stream`, `version`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `event_by_id` ON `event` (`environment_id`,`id`);--> statement-breakpoint
CREATE TABLE `mrr_movement` (
	`environment_id` text NOT NULL,
	`id` text NOT NULL,
	`customer_id` text NOT NULL,
	`subscription_id` text NOT NULL,
	`plan_version_id` text NOT NULL,
	`item` text NOT NULL,
	`type` text NOT NULL,
	`amount` integer NOT NULL CHECK (`amount` BETWEEN -9007199254740991 AND 9007199254740991),
	`currency` text NOT NULL,
	`effective_on` text NOT NULL,
	`recorded_at` integer NOT NULL,
	PRIMARY KEY(`environment_id`, `subscription_id`, `id`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `outbox` (
	`id` text PRIMARY KEY NOT NULL,
	`environment_id` text NOT NULL,
	`consumer` text NOT NULL,
	`stream` text NOT NULL,
	`version` integer NOT NULL,
	`created_at` integer NOT NULL,
	`next_attempt_at` integer NOT NULL,
	`attempts` integer NOT NULL,
	`last_error` text,
	`dead_at` integer
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `outbox_waiting` ON `outbox` (`dead_at`,`next_attempt_at`);--> statement-breakpoint
CREATE INDEX `outbox_by_environment` ON `outbox` (`environment_id`,`id`);--> statement-breakpoint
CREATE INDEX `outbox_dead` ON `outbox` (`environment_id`,`id`) WHERE dead_at is not null;--> statement-breakpoint
CREATE TABLE `billed` (
	`environment_id` text NOT NULL,
	`subscription_id` text NOT NULL,
	`price` text NOT NULL,
	`group` text NOT NULL,
	`segment_start` integer NOT NULL,
	`segment_end` integer NOT NULL,
	`purpose` text NOT NULL,
	`sequence` integer NOT NULL,
	`invoice_id` text NOT NULL,
	`line` text NOT NULL,
	PRIMARY KEY(`environment_id`, `subscription_id`, `price`, `group`, `segment_start`, `segment_end`, `purpose`, `sequence`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `billed_recent` ON `billed` (`environment_id`,`subscription_id`,`segment_end`);--> statement-breakpoint
CREATE INDEX `billed_by_invoice` ON `billed` (`environment_id`,`invoice_id`);--> statement-breakpoint
CREATE TABLE `invoice` (
	`environment_id` text NOT NULL,
	`id` text NOT NULL,
	`customer_id` text NOT NULL,
	`customer_key` text NOT NULL,
	`subscription_id` text NOT NULL,
	`billing_entity_id` text NOT NULL,
	`status` text NOT NULL,
	`number` text,
	`currency` text NOT NULL,
	`zone` text NOT NULL,
	`as_of` integer NOT NULL,
	`issue_at` integer,
	`issued_at` integer,
	`paid_at` integer,
	`voided_at` integer,
	`lines` text NOT NULL,
	`total_amount` integer NOT NULL CHECK (`total_amount` BETWEEN -9007199254740991 AND 9007199254740991),
	`paid_amount` integer NOT NULL CHECK (`paid_amount` BETWEEN -9007199254740991 AND 9007199254740991),
	`buyer` text,
	`seller` text,
	`created_at` integer NOT NULL,
	`version` integer NOT NULL,
	PRIMARY KEY(`environment_id`, `id`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `invoice_number` ON `invoice` (`environment_id`,`billing_entity_id`,`number`);--> statement-breakpoint
CREATE UNIQUE INDEX `invoice_open_draft` ON `invoice` (`environment_id`,`subscription_id`) WHERE status = 'draft';--> statement-breakpoint
CREATE INDEX `invoice_by_customer` ON `invoice` (`environment_id`,`customer_id`,`id`);--> statement-breakpoint
CREATE INDEX `invoice_by_status` ON `invoice` (`environment_id`,`status`,`id`);--> statement-breakpoint
CREATE TABLE `payment` (
	`environment_id` text NOT NULL,
	`id` text NOT NULL,
	`invoice_id` text NOT NULL,
	`customer_id` text NOT NULL,
	`attempt` integer NOT NULL,
	`provider` text NOT NULL,
	`method` text,
	`status` text NOT NULL,
	`amount` integer NOT NULL CHECK (`amount` BETWEEN -9007199254740991 AND 9007199254740991),
	`currency` text NOT NULL,
	`reference` text,
	`failure_code` text,
	`created_at` integer NOT NULL,
	`settled_at` integer,
	`version` integer NOT NULL,
	PRIMARY KEY(`environment_id`, `id`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `payment_attempt` ON `payment` (`environment_id`,`invoice_id`,`attempt`);--> statement-breakpoint
CREATE TABLE `api_key` (
	`environment_id` text NOT NULL,
	`id` text NOT NULL,
	`hash` text NOT NULL,
	`name` text NOT NULL,
	`last_four` text NOT NULL,
	`scopes` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer,
	`revoked_at` integer,
	`version` integer NOT NULL,
	PRIMARY KEY(`environment_id`, `id`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `api_key_hash` ON `api_key` (`hash`);--> statement-breakpoint
CREATE TABLE `billing_entity` (
	`environment_id` text NOT NULL,
	`id` text NOT NULL,
	`name` text NOT NULL,
	`email` text,
	`address` text,
	`time_zone` text NOT NULL,
	`invoice_prefix` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`environment_id`, `id`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `environment` (
	`id` text PRIMARY KEY NOT NULL,
	`organization_id` text NOT NULL,
	`kind` text NOT NULL,
	`key` text NOT NULL,
	`name` text NOT NULL,
	`clock_at` integer,
	`clock_locked_until` integer,
	`catalog_version` integer NOT NULL,
	`created_at` integer NOT NULL,
	`version` integer NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `environment_key` ON `environment` (`organization_id`,`key`);--> statement-breakpoint
CREATE INDEX `environment_by_organization` ON `environment` (`organization_id`,`id`);--> statement-breakpoint
CREATE TABLE `idempotency` (
	`environment_id` text NOT NULL,
	`route` text NOT NULL,
	`key` text NOT NULL,
	`request_hash` text NOT NULL,
	`status` integer NOT NULL,
	`body` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	PRIMARY KEY(`environment_id`, `route`, `key`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `idempotency_expiry` ON `idempotency` (`expires_at`);--> statement-breakpoint
CREATE TABLE `number_series` (
	`environment_id` text NOT NULL,
	`billing_entity_id` text NOT NULL,
	`series` text NOT NULL,
	`next_number` integer NOT NULL,
	PRIMARY KEY(`environment_id`, `billing_entity_id`, `series`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `organization` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`created_at` integer NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `event_property` (
	`environment_id` text NOT NULL,
	`event_type` text NOT NULL,
	`property` text NOT NULL,
	`kind` text NOT NULL,
	`first_at` integer NOT NULL,
	PRIMARY KEY(`environment_id`, `event_type`, `property`, `kind`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `event_type` (
	`environment_id` text NOT NULL,
	`type` text NOT NULL,
	`first_at` integer NOT NULL,
	`last_at` integer NOT NULL,
	PRIMARY KEY(`environment_id`, `type`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `unmatched_usage` (
	`environment_id` text NOT NULL,
	`customer_key` text NOT NULL,
	`reason` text NOT NULL,
	`event_type` text NOT NULL,
	`count` integer NOT NULL,
	`first_at` integer NOT NULL,
	`last_at` integer NOT NULL,
	`refusal` text,
	PRIMARY KEY(`environment_id`, `customer_key`, `reason`, `event_type`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `unmatched_usage_by_type` ON `unmatched_usage` (`environment_id`,`event_type`,`customer_key`,`reason`);--> statement-breakpoint
CREATE TABLE `usage_archive` (
	`environment_id` text NOT NULL,
	`customer_key` text NOT NULL,
	`month` text NOT NULL,
	`state` text NOT NULL,
	`next` integer,
	`objects` text NOT NULL,
	`events` integer NOT NULL,
	`sums` text NOT NULL,
	`sha256` text,
	`restored` integer NOT NULL,
	`changed_at` integer NOT NULL,
	`version` integer NOT NULL,
	PRIMARY KEY(`environment_id`, `customer_key`, `month`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `usage_ledger` (
	`environment_id` text NOT NULL,
	`customer_key` text NOT NULL,
	`first_at` integer NOT NULL,
	`swept_at` integer NOT NULL,
	PRIMARY KEY(`environment_id`, `customer_key`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `usage_ledger_swept` ON `usage_ledger` (`swept_at`);--> statement-breakpoint
CREATE INDEX `usage_ledger_swept_in_environment` ON `usage_ledger` (`environment_id`,`swept_at`);--> statement-breakpoint
CREATE TABLE `usage_rollup` (
	`environment_id` text NOT NULL,
	`meter` text NOT NULL,
	`hour` integer NOT NULL,
	`customer_key` text NOT NULL,
	`group_key` text NOT NULL,
	`state` text NOT NULL,
	`version` integer NOT NULL,
	PRIMARY KEY(`environment_id`, `meter`, `hour`, `customer_key`, `group_key`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `usage_rollup_by_customer` ON `usage_rollup` (`environment_id`,`customer_key`);