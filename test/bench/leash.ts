/** Imported before the relay's own code: a relay whose bench was killed would otherwise go on for ever. */
process.on('disconnect', () => process.exit(1))
process.channel?.unref()
