-- Which unfinished tasks of a queue come first for their key. It is true whoever changes a task.

CREATE TRIGGER IF NOT EXISTS delivery_order_added AFTER INSERT ON Jobs
WHEN NEW.status IN ('Pending', 'Queued', 'Running')
    AND EXISTS (SELECT 1 FROM delivery_ordered_queues WHERE queue = NEW.job_type)
BEGIN
    INSERT INTO delivery_order (queue, task, turn, held, priority, run_at)
    SELECT NEW.job_type, NEW.id, 0, NEW.status <> 'Pending', NEW.priority, NEW.run_at
    WHERE TRUE ON CONFLICT (queue, task) DO NOTHING;
END;

CREATE TRIGGER IF NOT EXISTS delivery_order_changed AFTER UPDATE OF status, priority, run_at ON Jobs
WHEN EXISTS (SELECT 1 FROM delivery_ordered_queues WHERE queue = NEW.job_type)
BEGIN
    DELETE FROM delivery_order
    WHERE queue = NEW.job_type AND task = NEW.id AND NEW.status NOT IN ('Pending', 'Queued', 'Running');
    INSERT INTO delivery_order (queue, task, turn, held, priority, run_at)
    SELECT NEW.job_type, NEW.id, 0, NEW.status <> 'Pending', NEW.priority, NEW.run_at
    WHERE NEW.status IN ('Pending', 'Queued', 'Running')
    ON CONFLICT (queue, task)
    DO UPDATE SET held = excluded.held, priority = excluded.priority, run_at = excluded.run_at;
END;

CREATE TRIGGER IF NOT EXISTS delivery_order_deleted AFTER DELETE ON Jobs
WHEN OLD.status IN ('Pending', 'Queued', 'Running')
BEGIN
    DELETE FROM delivery_order WHERE queue = OLD.job_type AND task = OLD.id;
END;

-- A task gets its key: it comes first if none of its key arrived before it, and then the next one does not.
CREATE TRIGGER IF NOT EXISTS delivery_order_keyed AFTER UPDATE OF key ON delivery_order
WHEN NEW.key IS NOT NULL
BEGIN
    UPDATE delivery_order SET turn = 1
    WHERE queue = NEW.queue AND turn = 2 AND task = (
        SELECT min(task) FROM delivery_order INDEXED BY delivery_order_key
        WHERE queue = NEW.queue AND key = NEW.key AND task > NEW.task
    );
    UPDATE delivery_order SET turn = 2
    WHERE queue = NEW.queue AND task = NEW.task AND NOT EXISTS (
        SELECT 1 FROM delivery_order INDEXED BY delivery_order_key
        WHERE queue = NEW.queue AND key = NEW.key AND task < NEW.task
    );
END;

-- The first of a key ended: the next one comes first.
CREATE TRIGGER IF NOT EXISTS delivery_order_ended AFTER DELETE ON delivery_order
WHEN OLD.turn = 2 AND OLD.key IS NOT NULL
BEGIN
    UPDATE delivery_order SET turn = 2
    WHERE queue = OLD.queue AND task = (
        SELECT min(task) FROM delivery_order INDEXED BY delivery_order_key WHERE queue = OLD.queue AND key = OLD.key
    );
END;
