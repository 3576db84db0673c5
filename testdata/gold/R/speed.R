# usage: Rscript speed.R   (cwd = testdata/gold/R) - what the benchmarks of stats/lmm measure, in R, on the same machine.
# Medians in milliseconds on the paper-shaped reference case trial_a: 123 participants, 233 rows, 8 coefficients.
suppressPackageStartupMessages({ library(lme4); library(lmerTest); library(pbkrtest); library(emmeans) })
d <- read.csv("../visible/trial_a/data.csv", na.strings = "")
d <- subset(d, analysed == 1 & !is.na(y))
d$arm <- factor(d$arm, c("control", "coaching"))
d$gender <- droplevels(factor(d$gender, c("woman", "man", "nonbinary", "undisclosed")))
d$department <- factor(d$department, c("other", "medicine"))
f <- y ~ arm * wave + gender + department + (1 | id)
median_ms <- function(expr, times = 15) { e <- substitute(expr); p <- parent.frame(); median(replicate(times, system.time(eval(e, p))[["elapsed"]])) * 1000 }
m <- lmerTest::lmer(f, d)
cat(sprintf("%-44s %8.1f ms\n", c("fit", "fit + Satterthwaite summary", "Kenward-Roger summary", "means by arm and wave, Satterthwaite", "means by arm and wave, Kenward-Roger"), c(
  median_ms(lme4::lmer(f, d)), median_ms(summary(lmerTest::lmer(f, d))), median_ms(summary(m, ddf = "Kenward-Roger"), 5),
  median_ms(emmeans(m, ~ arm * wave, lmer.df = "satterthwaite")), median_ms(emmeans(m, ~ arm * wave, lmer.df = "kenward-roger"), 5))), sep = "")
