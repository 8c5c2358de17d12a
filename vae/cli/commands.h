/* The sub-commands. argv[0] is the command's name; the result is the exit status. */
#ifndef VAE_COMMANDS_H
#define VAE_COMMANDS_H

int cmd_train(int argc, char **argv);
int cmd_eval(int argc, char **argv);
int cmd_manifold(int argc, char **argv);
int cmd_sample(int argc, char **argv);
int cmd_reconstruct(int argc, char **argv);
int cmd_kernels(int argc, char **argv);
int cmd_tune(int argc, char **argv);

#endif
